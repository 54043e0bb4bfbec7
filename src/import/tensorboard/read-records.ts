import type { OpenFile } from "../../files/open-file.js";
import { MAX_EVENT_BYTES } from "../limits.js";
import { ByteReader } from "../logs/byte-reader.js";
import { crc32c } from "../logs/crc32c.js";

/** The length and its CRC precede the data of a record; the CRC of the data follows it. */
const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;

/**
 * Calls `visit` with the data of each record of a TFRecord file, until it returns false. Returns why the file cannot be read to
 * its end; null if it was, or if `visit` stopped.
 *
 * A record is its length (uint64), the masked CRC-32C of the length, the data, and the masked CRC-32C of the data, all little
 * endian. Source: TensorFlow's tensorflow/core/lib/io/record_writer.h.
 *
 * A program that still writes the file, or was killed, leaves an incomplete last record. A damaged end is therefore no error:
 * the records before it are visited. The data is a view that is valid during the call.
 */
export async function readRecords(file: OpenFile, visit: (data: Uint8Array) => boolean): Promise<string | null> {
  const reader = new ByteReader(file);
  while (!reader.isAtEnd) {
    const start = reader.position;
    const header = reader.takeLoaded(HEADER_BYTES) ?? (await reader.take(HEADER_BYTES));
    if (header === undefined) return `an incomplete record at byte ${start}`;
    const length = Number(header.readBigUInt64LE(0));
    if (maskedCrc(header, 8) !== header.readUInt32LE(8)) return `a wrong checksum at byte ${start}`;
    if (length > MAX_EVENT_BYTES) return `a record of ${length} bytes at byte ${start}`;
    const rest = reader.takeLoaded(length + FOOTER_BYTES) ?? (await reader.take(length + FOOTER_BYTES));
    if (rest === undefined) return `an incomplete record at byte ${start}`;
    if (maskedCrc(rest, length) !== rest.readUInt32LE(length)) return `a wrong checksum at byte ${start}`;
    if (!visit(rest.subarray(0, length))) return null;
  }
  return null;
}

/** Returns the masked CRC of the first `length` bytes. The CRC of data that contains its own CRC says nothing, so it is masked. */
function maskedCrc(bytes: Uint8Array, length: number): number {
  const crc = crc32c(bytes, 0, length);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
