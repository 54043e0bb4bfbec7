import { afterAll, beforeAll, expect, test } from "vitest";
import { closeSql, openSql } from "#src/store/connection.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
let sql: ReturnType<typeof openSql>;
beforeAll(() => {
  sql = openSql(fresh.url, { applicationName: "one connection", maxConnections: 1 });
});
afterAll(() => closeSql(sql));

/** Fails after hundreds of rows were sent. */
const failLate = () => sql`select 1 / (5000 - i) as n, repeat('x', 1000) as text from generate_series(1, 10000) as i`;

test("a statement after one that failed among its rows returns its own rows only", async () => {
  await expect(failLate()).rejects.toThrow("division by zero");
  const rows = await sql<{ n: number }[]>`select n from generate_series(1, 3) as n`;
  expect([rows.length, rows.count, [...rows]]).toEqual([3, 3, [{ n: 1 }, { n: 2 }, { n: 3 }]]);
});

test("also within a transaction, and for a result without rows", async () => {
  await expect(failLate()).rejects.toThrow("division by zero");
  expect(await sql.begin(async (transaction) => [...(await transaction`select 1 as n`)])).toEqual([{ n: 1 }]);
  await expect(failLate()).rejects.toThrow("division by zero");
  expect([...(await sql`select 1 as n where false`)]).toEqual([]);
});
