import { lstat } from "node:fs/promises";
import { failure } from "../../errors.js";
import { withFile } from "../../files/open-file.js";
import { MAX_DATABASE_BYTES, MAX_DATABASE_ROWS, MAX_DATABASE_TABLES, MAX_DATABASE_VALUE_BYTES } from "../limits.js";
import { decodeRecord, readVarint, type SqliteValue } from "./decode-record.js";
import { openSqlitePages, type SqlitePages } from "./sqlite-pages.js";
import { tableColumns, type TableColumns } from "./table-columns.js";

/** The tables of a database. They can be read as long as `readSqlite` runs. */
export interface SqliteTables {
  has(table: string): boolean;
  /**
   * Calls `visit` with the given columns of each row, in the order of row numbers. Columns that the table lacks are null.
   *
   * @throws DATABASE_INVALID if the table is missing or damaged, or above a limit
   */
  forEachRow(table: string, columns: readonly string[], visit: (row: readonly SqliteValue[]) => void): Promise<void>;
}

/** A table with the page of its root. */
interface Table {
  readonly rootPage: number;
  readonly columns: TableColumns;
}

/** Types of the pages of a table's tree. */
const INTERIOR = 5;
const LEAF = 13;
/** A tree of 2^32 pages is less deep. */
const MAX_TREE_DEPTH = 40;

/**
 * Opens an SQLite database for reading. There is no SQL engine: views, triggers and expressions of the file are never evaluated.
 * Committed rows of a write-ahead log beside the file, as a running program leaves them, are read too.
 *
 * @param path absolute, with links resolved
 * @throws DATABASE_INVALID, FILE_UNREADABLE, FILE_TOO_LARGE, and what `use` throws
 */
export function readSqlite<Result>(
  path: string,
  where: string,
  use: (tables: SqliteTables) => Promise<Result>,
): Promise<Result> {
  return withFile(path, where, async (file) => {
    if (file.size > MAX_DATABASE_BYTES) {
      const received = `${file.size} bytes`;
      throw failure("FILE_TOO_LARGE", { where, received, allowed: `${MAX_DATABASE_BYTES} bytes` });
    }
    const read = async (wal: Parameters<typeof openSqlitePages>[1]): Promise<Result> =>
      use(await SqliteReader.open(await openSqlitePages(file, wal, where), where));
    const hasLog = await hasWriteAheadLog(`${path}-wal`);
    return hasLog ? withFile(`${path}-wal`, `${where}-wal`, read) : read(null);
  });
}

class SqliteReader implements SqliteTables {
  readonly #tables = new Map<string, Table>();
  readonly #decodeText: (bytes: Uint8Array) => string;

  private constructor(
    readonly pages: SqlitePages,
    readonly where: string,
  ) {
    const decoder = new TextDecoder(pages.encoding);
    this.#decodeText = (bytes) => decoder.decode(bytes);
  }

  static async open(pages: SqlitePages, where: string): Promise<SqliteReader> {
    const reader = new SqliteReader(pages, where);
    // The schema is the table whose root is page 1: type, name, table name, root page, SQL.
    await reader.#visitTree(1, (_, [type, name, , rootPage, sql]) => {
      if (type !== "table" || typeof name !== "string" || typeof rootPage !== "number") return;
      const columns = typeof sql === "string" ? tableColumns(sql) : undefined;
      if (columns !== undefined) reader.#tables.set(name, { rootPage, columns });
      if (reader.#tables.size > MAX_DATABASE_TABLES) throw reader.#invalid(`more than ${MAX_DATABASE_TABLES} tables`);
    });
    return reader;
  }

  has(table: string): boolean {
    return this.#tables.has(table);
  }

  async forEachRow(
    table: string,
    columns: readonly string[],
    visit: (row: readonly SqliteValue[]) => void,
  ): Promise<void> {
    const found = this.#tables.get(table);
    if (found === undefined) throw this.#invalid(`no table ${table}`);
    const { names, rowIdColumn } = found.columns;
    const positions = columns.map((column) => names.indexOf(column));
    await this.#visitTree(found.rootPage, (rowId, values) => {
      visit(
        positions.map((position) => (position === rowIdColumn && position !== -1 ? rowId : (values[position] ?? null))),
      );
    });
  }

  /** Visits all rows of a tree, in order. A page that occurs twice is damage: the walk would not end. */
  async #visitTree(rootPage: number, visit: (rowId: number, values: SqliteValue[]) => void): Promise<void> {
    const seen = new Set<number>();
    let rows = 0;
    const visitPage = async (number: number, depth: number): Promise<void> => {
      if (seen.has(number) || depth > MAX_TREE_DEPTH) throw this.#invalid(`page ${number} twice in one table`);
      seen.add(number);
      const page = await this.pages.page(number);
      const start = number === 1 ? 100 : 0;
      const cells = this.#guard(number, () => cellsOf(page, start));
      if (cells.type === LEAF) {
        for (const at of cells.positions) {
          rows += 1;
          if (rows > MAX_DATABASE_ROWS) throw this.#invalid(`more than ${MAX_DATABASE_ROWS} rows`);
          const { rowId, payload } = await this.#readRow(page, number, at);
          visit(
            rowId,
            this.#guard(number, () => decodeRecord(payload, this.#decodeText)),
          );
        }
        return;
      }
      for (const at of cells.positions) {
        await visitPage(
          this.#guard(number, () => page.readUInt32BE(at)),
          depth + 1,
        );
      }
      await visitPage(page.readUInt32BE(start + 8), depth + 1);
    };
    await visitPage(rootPage, 0);
  }

  /** Reads one row of a leaf. Rows that do not fit continue on a chain of overflow pages. */
  async #readRow(page: Buffer, number: number, at: number): Promise<{ rowId: number; payload: Buffer }> {
    const cell = this.#guard(number, () => {
      const size = readVarint(page, at);
      const rowId = readVarint(page, size.next);
      return { size: size.value, rowId: rowId.value, start: rowId.next };
    });
    if (cell.size > MAX_DATABASE_VALUE_BYTES) throw this.#invalid(`a row of ${cell.size} bytes`);
    const localBytes = bytesOnPage(cell.size, this.pages.usableBytes);
    const parts = [page.subarray(cell.start, cell.start + localBytes)];
    let missing = cell.size - localBytes;
    let next = missing > 0 ? this.#guard(number, () => page.readUInt32BE(cell.start + localBytes)) : 0;
    while (missing > 0) {
      const overflow = await this.pages.page(next);
      const part = overflow.subarray(4, Math.min(this.pages.usableBytes, 4 + missing));
      parts.push(part);
      missing -= part.length;
      next = overflow.readUInt32BE(0);
    }
    return { rowId: cell.rowId, payload: parts.length === 1 ? (parts[0] ?? page) : Buffer.concat(parts) };
  }

  /** Runs `read` on a page and turns an access beyond its end into the error of a damaged file. */
  #guard<Result>(number: number, read: () => Result): Result {
    try {
      return read();
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw failure("DATABASE_INVALID", { where: this.where, received: `damage on page ${number}`, cause });
    }
  }

  #invalid(received: string): Error {
    return failure("DATABASE_INVALID", { where: this.where, received });
  }
}

/** Returns the type of a page and the positions of its cells. @throws RangeError */
function cellsOf(page: Buffer, start: number): { type: number; positions: number[] } {
  const type = page.readUInt8(start);
  if (type !== LEAF && type !== INTERIOR) throw new RangeError(`a page of type ${type}`);
  const pointers = start + (type === INTERIOR ? 12 : 8);
  const count = page.readUInt16BE(start + 3);
  return { type, positions: Array.from({ length: count }, (_, i) => page.readUInt16BE(pointers + 2 * i)) };
}

/** Bytes of a row that lie on its leaf page. Source: https://www.sqlite.org/fileformat2.html#b_tree_pages */
function bytesOnPage(size: number, usableBytes: number): number {
  if (size <= usableBytes - 35) return size;
  const minimum = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const fitting = minimum + ((size - minimum) % (usableBytes - 4));
  return fitting <= usableBytes - 35 ? fitting : minimum;
}

async function hasWriteAheadLog(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() === true && stats.size > 0;
}
