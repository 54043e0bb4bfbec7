import { crc32 } from "node:zlib";
import type { OpenFile } from "../../files/open-file.js";
import { MAX_WANDB_RECORD_BYTES } from "../limits.js";
import { ByteReader } from "../logs/byte-reader.js";

/** `:W&B`, 0xE1 0xBE, and the version 0. */
const FILE_HEADER = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00]);
/** LevelDB's log format: no part of a record crosses the end of a block. */
const BLOCK_BYTES = 32_768;
/** CRC-32 (uint32), length (uint16) and type of a part, little endian. */
const PART_HEADER_BYTES = 7;
const FULL = 1;
const FIRST = 2;
const MIDDLE = 3;
const LAST = 4;

/**
 * Calls `visit` with each record of a `.wandb` file, until it returns false. Returns why the file cannot be read to its end; null
 * if it was. Everything before damage is visited: a run that was killed leaves an incomplete last record.
 *
 * The format is LevelDB's log (doc/log_format.md) after a header of 7 bytes, with the plain CRC-32 of type and data.
 */
export async function readLogRecords(file: OpenFile, visit: (data: Uint8Array) => boolean): Promise<string | null> {
  const reader = new ByteReader(file);
  const header = await reader.take(FILE_HEADER.length);
  if (header?.equals(FILE_HEADER) !== true) return "no header of a W&B file";
  let parts: Buffer[] = [];
  let bytes = 0;
  while (!reader.isAtEnd) {
    const start = reader.position;
    const leftInBlock = BLOCK_BYTES - (start % BLOCK_BYTES);
    if (leftInBlock < PART_HEADER_BYTES) {
      if ((await reader.take(leftInBlock)) === undefined) return null;
      continue;
    }
    const partHeader = await reader.take(PART_HEADER_BYTES);
    if (partHeader === undefined) return `an incomplete record at byte ${start}`;
    const checksum = partHeader.readUInt32LE(0);
    const length = partHeader.readUInt16LE(4);
    const type = partHeader.readUInt8(6);
    const data = await reader.take(length);
    if (data === undefined) return `an incomplete record at byte ${start}`;
    if (crc32(data, crc32(Buffer.from([type]))) !== checksum) return `a wrong checksum at byte ${start}`;
    const continues = type === MIDDLE || type === LAST;
    if (type < FULL || type > LAST || continues !== parts.length > 0) return `a part out of order at byte ${start}`;
    bytes += length;
    if (bytes > MAX_WANDB_RECORD_BYTES) return `a record of more than ${MAX_WANDB_RECORD_BYTES} bytes at byte ${start}`;
    parts.push(Buffer.from(data));
    if (type === FIRST || type === MIDDLE) continue;
    if (!visit(Buffer.concat(parts))) return null;
    parts = [];
    bytes = 0;
  }
  return parts.length === 0 ? null : "an incomplete last record";
}
