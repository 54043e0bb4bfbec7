import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import type { TransactionSql } from "postgres";

export type CopyValue = string | number | bigint | boolean | null | readonly (string | number)[];

/** Streams `rows` into `table` by COPY, the fastest way into PostgreSQL; part of the transaction `sql`. */
export async function copyRows(
  sql: TransactionSql,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly CopyValue[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const target = await sql`copy ${sql(table)} (${sql(columns)}) from stdin`.writable();
  await pipeline(Readable.from(lines(rows)), target);
}

function* lines(rows: readonly (readonly CopyValue[])[]): Generator<string> {
  for (const row of rows) yield `${row.map(field).join("\t")}\n`;
}

/** One field of COPY's text format (PostgreSQL manual, COPY, File Formats). */
function field(value: CopyValue): string {
  if (value === null) return "\\N";
  if (Array.isArray(value)) return escape(`{${value.map(element).join(",")}}`);
  return escape(String(value));
}

/** One element of an array literal; numbers print as PostgreSQL reads them (NaN and Infinity included). */
function element(value: string | number): string {
  return typeof value === "number" ? String(value) : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

function escape(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
