import type { TransactionSql } from "postgres";
import { copyInto } from "./copy-into.js";

export type CopyValue = string | number | bigint | boolean | null | readonly (string | number)[];

/** Minimum length of a chunk in characters. */
const CHUNK_LENGTH = 2 ** 16;

/**
 * Streams `rows` into `table` by COPY in the transaction `sql`. COPY is PostgreSQL's fastest way to load rows.
 *
 * @throws PostgreSQL's error, which says only that the transaction is aborted if a row is rejected after the last one was sent
 */
export async function copyRows(
  sql: TransactionSql,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly CopyValue[])[],
): Promise<void> {
  if (rows.length > 0) await copyInto(sql, table, columns, chunks(rows));
}

/** Streams rows as `copyRows` does, while they are read. */
export async function copyRowStream(
  sql: TransactionSql,
  table: string,
  columns: readonly string[],
  rows: AsyncIterable<readonly CopyValue[]>,
): Promise<void> {
  await copyInto(sql, table, columns, streamedChunks(rows));
}

async function* streamedChunks(rows: AsyncIterable<readonly CopyValue[]>): AsyncGenerator<Uint8Array> {
  let chunk = "";
  for await (const row of rows) {
    chunk += lineOf(row);
    if (chunk.length < CHUNK_LENGTH) continue;
    yield Buffer.from(chunk);
    chunk = "";
  }
  yield Buffer.from(chunk);
}

function* chunks(rows: readonly (readonly CopyValue[])[]): Generator<string> {
  let chunk = "";
  for (const row of rows) {
    chunk += lineOf(row);
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}

function lineOf(row: readonly CopyValue[]): string {
  return `${row.map(field).join("\t")}\n`;
}

/** Returns one field in COPY's text format (PostgreSQL manual, COPY, File Formats). */
function field(value: CopyValue): string {
  if (value === null) return "\\N";
  if (Array.isArray(value)) return escape(`{${value.map(element).join(",")}}`);
  return escape(String(value));
}

/** Returns one element of an array literal. PostgreSQL reads numbers as JavaScript prints them, NaN and Infinity included. */
function element(value: string | number): string {
  return typeof value === "number" ? String(value) : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

function escape(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
