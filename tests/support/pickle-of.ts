/** The pickle, of protocol 4, that stands for null, booleans, numbers, bigints, text, arrays (lists) and maps (dicts). */
export function pickleOf(value: unknown): Buffer {
  return Buffer.concat([Buffer.from([0x80, 4]), spelt(value), Buffer.from(".")]);
}

function spelt(value: unknown): Buffer {
  if (value === null) return Buffer.from("N");
  if (typeof value === "boolean") return Buffer.from([value ? 0x88 : 0x89]);
  if (typeof value === "bigint") return Buffer.from(`L${value}L\n`);
  if (typeof value === "number") return Buffer.concat([Buffer.from("G"), float(value)]);
  if (typeof value === "string")
    return Buffer.concat([Buffer.from("X"), length(Buffer.byteLength(value)), Buffer.from(value)]);
  if (Array.isArray(value)) return Buffer.concat([Buffer.from("]("), ...value.map(spelt), Buffer.from("e")]);
  if (value instanceof Map) {
    return Buffer.concat([Buffer.from("}("), ...[...value].flat().map(spelt), Buffer.from("u")]);
  }
  throw new TypeError(`no pickle is written of ${typeof value}`);
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

function length(bytes: number): Buffer {
  const spelling = Buffer.alloc(4);
  spelling.writeUInt32LE(bytes);
  return spelling;
}
