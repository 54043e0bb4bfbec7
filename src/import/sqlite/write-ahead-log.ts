import type { OpenFile } from "../../files/open-file.js";
import { ByteReader } from "../logs/byte-reader.js";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** First bytes of a log whose checksums read words as little endian; the next number stands for big endian. */
const MAGIC = 0x377f0682;

/**
 * Returns the position of the newest committed version of each page in a write-ahead log, by page number. A frame with a wrong
 * checksum ends the log, as does the end of the file: programs reuse logs, and leave them half-written when they are killed.
 * Source: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export async function readWriteAheadLog(file: OpenFile, pageBytes: number): Promise<Map<number, number>> {
  const committed = new Map<number, number>();
  const reader = new ByteReader(file);
  const header = await reader.take(HEADER_BYTES);
  if (header === undefined) return committed;
  const magic = header.readUInt32BE(0);
  if ((magic & ~1) >>> 0 !== MAGIC || header.readUInt32BE(8) !== pageBytes) return committed;
  const checksum = new WalChecksum(magic === MAGIC);
  checksum.add(header.subarray(0, 24));
  if (!checksum.equals(header, 24)) return committed;
  const salt = Buffer.from(header.subarray(16, 24));
  let pending = new Map<number, number>();
  for (;;) {
    const position = reader.position + FRAME_HEADER_BYTES;
    const frame = await reader.take(FRAME_HEADER_BYTES + pageBytes);
    if (frame === undefined || !frame.subarray(8, 16).equals(salt)) return committed;
    checksum.add(frame.subarray(0, 8));
    checksum.add(frame.subarray(FRAME_HEADER_BYTES));
    if (!checksum.equals(frame, 16)) return committed;
    pending.set(frame.readUInt32BE(0), position);
    const isCommit = frame.readUInt32BE(4) !== 0;
    if (!isCommit) continue;
    for (const [page, at] of pending) committed.set(page, at);
    pending = new Map();
  }
}

/** The running checksum of a log: two sums over pairs of 32-bit words, each of which depends on the other. */
class WalChecksum {
  #first = 0;
  #second = 0;

  constructor(readonly isLittleEndian: boolean) {}

  /** @param bytes a multiple of 8 */
  add(bytes: Buffer): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += 8) {
      this.#first = (this.#first + view.getUint32(at, this.isLittleEndian) + this.#second) >>> 0;
      this.#second = (this.#second + view.getUint32(at + 4, this.isLittleEndian) + this.#first) >>> 0;
    }
  }

  equals(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#first && bytes.readUInt32BE(at + 4) === this.#second;
  }
}
