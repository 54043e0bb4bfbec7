/** The generator polynomial of CRC-32C (Castagnoli), bits reversed. */
const POLYNOMIAL = 0x82f63b78;
/** Bytes that one step takes. */
const STRIDE = 8;

/**
 * The remainder of each byte that `k` zero bytes follow, at `256 * k + byte`. Eight tables allow eight bytes per step: "slicing by
 * 8" (Kounavis and Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC Generation", IEEE Trans. Computers 2008).
 */
const TABLES = remainders();

/** Returns the CRC-32C (RFC 3720, section 12.1) of the bytes from `start` to before `end`, unsigned. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = 0xffffffff;
  let i = start;
  for (; i + STRIDE <= end; i += STRIDE) {
    crc ^= byteAt(bytes, i) | (byteAt(bytes, i + 1) << 8) | (byteAt(bytes, i + 2) << 16) | (byteAt(bytes, i + 3) << 24);
    crc =
      remainder(7, crc & 0xff) ^
      remainder(6, (crc >>> 8) & 0xff) ^
      remainder(5, (crc >>> 16) & 0xff) ^
      remainder(4, crc >>> 24) ^
      remainder(3, byteAt(bytes, i + 4)) ^
      remainder(2, byteAt(bytes, i + 5)) ^
      remainder(1, byteAt(bytes, i + 6)) ^
      remainder(0, byteAt(bytes, i + 7));
  }
  for (; i < end; i++) crc = remainder(0, (crc ^ byteAt(bytes, i)) & 0xff) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function remainder(zeroBytes: number, byte: number): number {
  return TABLES[256 * zeroBytes + byte] ?? 0;
}

function remainders(): Int32Array {
  const tables = new Int32Array(256 * STRIDE);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    tables[byte] = value;
  }
  for (let at = 256; at < tables.length; at++) {
    const previous = tables[at - 256] ?? 0;
    tables[at] = (tables[previous & 0xff] ?? 0) ^ (previous >>> 8);
  }
  return tables;
}
