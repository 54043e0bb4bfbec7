/** A value of a row. Integers beyond 2^53 lose their last digits. */
export type SqliteValue = number | string | Uint8Array | null;

/** A number of 1 to 9 bytes, with the position after it. */
interface Varint {
  readonly value: number;
  readonly next: number;
}

/** Reads a variable-length integer. @throws RangeError beyond the end of the bytes */
export function readVarint(bytes: Buffer, at: number): Varint {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes.readUInt8(at + i);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return { value: value * 256 + bytes.readUInt8(at + 8), next: at + 9 };
}

/** Bytes of the integers of the serial types 0 to 6. Type 7 is a float of 8 bytes; 8 and 9 are the constants 0 and 1. */
const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8];

/**
 * Decodes the record of one row: a header with a type per column, then the values.
 * Source: https://www.sqlite.org/fileformat2.html#record_format
 *
 * @throws RangeError if the bytes are not such a record
 */
export function decodeRecord(bytes: Buffer, decodeText: (bytes: Uint8Array) => string): SqliteValue[] {
  const headerSize = readVarint(bytes, 0);
  const values: SqliteValue[] = [];
  let typeAt = headerSize.next;
  let at = headerSize.value;
  while (typeAt < headerSize.value) {
    const { value: type, next } = readVarint(bytes, typeAt);
    typeAt = next;
    const length = valueBytes(type);
    if (at + length > bytes.length) throw new RangeError("a value beyond the end of its row");
    values.push(decodeValue(bytes.subarray(at, at + length), type, decodeText));
    at += length;
  }
  return values;
}

function valueBytes(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  if (type === 7) return 8;
  return INTEGER_BYTES[type] ?? 0;
}

function decodeValue(bytes: Buffer, type: number, decodeText: (bytes: Uint8Array) => string): SqliteValue {
  if (type === 0) return null;
  if (type === 6) return Number(bytes.readBigInt64BE(0));
  if (type < 6) return bytes.readIntBE(0, bytes.length);
  if (type === 7) return bytes.readDoubleBE(0);
  if (type === 8 || type === 9) return type - 8;
  if (type < 12) throw new RangeError(`a value of the reserved type ${type}`);
  return type % 2 === 0 ? bytes : decodeText(bytes);
}
