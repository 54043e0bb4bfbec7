import { expect, test } from "vitest";
import { tableColumns } from "#src/import/sqlite/table-columns.js";

test("names of columns are read, quoted or not, without the table's constraints", () => {
  const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, "a b" TEXT DEFAULT 'x,y)', [c] VARCHAR(20), d, UNIQUE (d, c))`;
  expect(tableColumns(sql)).toEqual({ names: ["id", "a b", "c", "d"], rowIdColumn: 0 });
});

test("a primary key that a constraint declares is the row's number if it is an INTEGER", () => {
  const columns = (type: string) => tableColumns(`CREATE TABLE t (a TEXT, id ${type} NOT NULL, PRIMARY KEY (id))`);
  expect(columns("INTEGER")?.rowIdColumn).toBe(1);
  expect(columns("VARCHAR(32)")?.rowIdColumn).toBe(-1);
});

test.each([
  ["a virtual table", "CREATE VIRTUAL TABLE t USING fts5(a)"],
  ["a table without row numbers", "CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID"],
  ["a table with a generated column", "CREATE TABLE t (a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2))"],
])("%s is not read", (_, sql) => {
  expect(tableColumns(sql)).toBeUndefined();
});
