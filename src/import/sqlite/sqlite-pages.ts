import type { OpenFile } from "../../files/open-file.js";
import { failure } from "../../errors.js";
import { readWriteAheadLog } from "./write-ahead-log.js";

const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";

/** Text encodings of a database, by their number in the header. */
const ENCODINGS = ["utf-8", "utf-8", "utf-16le", "utf-16be"] as const;

/** The pages of an SQLite database, with the committed pages of its write-ahead log. */
export interface SqlitePages {
  readonly encoding: (typeof ENCODINGS)[number];
  /** Bytes of a page that hold content. */
  readonly usableBytes: number;
  readonly pageCount: number;
  /** Returns a page, which is valid as long as the caller needs it. Pages are numbered from 1. @throws DATABASE_INVALID */
  page(number: number): Promise<Buffer>;
}

/**
 * Opens the pages of a database. Source: https://www.sqlite.org/fileformat2.html
 *
 * @param wal the file `NAME-wal` beside it; null if there is none
 * @throws DATABASE_INVALID
 */
export async function openSqlitePages(file: OpenFile, wal: OpenFile | null, where: string): Promise<SqlitePages> {
  const invalid = (received: string): Error => failure("DATABASE_INVALID", { where, received });
  const header = await readAt(file, 0, HEADER_BYTES);
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, 16) !== MAGIC) throw invalid("no SQLite header");
  const sizeField = header.readUInt16BE(16);
  const pageBytes = sizeField === 1 ? 65_536 : sizeField;
  const usableBytes = pageBytes - header.readUInt8(20);
  const isPowerOfTwo = (pageBytes & (pageBytes - 1)) === 0;
  if (!isPowerOfTwo || pageBytes < 512 || usableBytes < 480) throw invalid(`pages of ${pageBytes} bytes`);
  const encoding = ENCODINGS[header.readUInt32BE(56)];
  if (encoding === undefined) throw invalid("an unknown text encoding");
  const logged = wal === null ? new Map<number, number>() : await readWriteAheadLog(wal, pageBytes);
  const lastLogged = [...logged.keys()].reduce((last, number) => Math.max(last, number), 0);
  const pageCount = Math.max(Math.floor(file.size / pageBytes), lastLogged);
  return {
    encoding,
    usableBytes,
    pageCount,
    async page(number) {
      if (number < 1 || number > pageCount) throw invalid(`page ${number} of ${pageCount}`);
      const loggedAt = logged.get(number);
      const page =
        loggedAt !== undefined && wal !== null
          ? await readAt(wal, loggedAt, pageBytes)
          : await readAt(file, (number - 1) * pageBytes, pageBytes);
      if (page.length < pageBytes) throw invalid(`page ${number} with ${page.length} of ${pageBytes} bytes`);
      return page;
    },
  };
}

async function readAt(file: OpenFile, position: number, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count);
  let done = 0;
  while (done < count) {
    const { bytesRead } = await file.handle.read(bytes, done, count - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
