import { openStore, type Database } from "../store/database.js";
import type { Position } from "../store/across/keyset.js";
import type { Process } from "./process.js";

/** Opens the store for `work` and closes it afterwards. @param purpose the command's name among PostgreSQL's connections */
export async function withStore(
  { config, log }: Process,
  purpose: string,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const database = await openStore(config, { purpose, log });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

/** Rows per statement. */
const PAGE = 500;

/** Returns all rows of a list in the order of their creation, page by page. */
export async function allRows<Row extends { readonly id: string; readonly createdAt: Date; readonly orderKey: Date }>(
  list: (page: { readonly after?: Position | undefined; readonly limit: number }) => Promise<Row[]>,
): Promise<Omit<Row, "orderKey">[]> {
  const rows: Omit<Row, "orderKey">[] = [];
  for (let after: Position | undefined; ;) {
    const page = await list({ after, limit: PAGE });
    for (const { orderKey: _, ...row } of page) rows.push(row);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return rows;
    after = { key: last.createdAt.toISOString(), id: last.id };
  }
}
