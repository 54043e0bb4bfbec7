import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { closeSql, openSql } from "#src/store/connection.js";
import type { StatementEnd } from "#src/store/sql/observed-sql.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
const ended: StatementEnd[] = [];
let begun = 0;
let sql: ReturnType<typeof openSql>;

beforeAll(() => {
  const observe = () => {
    begun++;
    return (end: StatementEnd) => void ended.push(end);
  };
  sql = openSql(fresh.url, { applicationName: "observed", maxConnections: 2, observe });
});
afterAll(() => closeSql(sql));
beforeEach(() => {
  ended.length = 0;
  begun = 0;
});
const texts = () => ended.map(({ text }) => text);

test("each statement is observed once, as PostgreSQL receives it and without its values", async () => {
  const condition = sql`n > ${"1"}::int`;
  const rows = await sql<{ n: number }[]>`select n from generate_series(1, ${3}::int) as n where ${condition}`;
  expect(rows.map(({ n }) => n)).toEqual([2, 3]);
  expect(texts()).toEqual(["select n from generate_series(1, $1::int) as n where n > $2::int"]);
  expect(begun).toBe(1);
});

test("the statements of transactions and their savepoints are observed", async () => {
  await sql.begin("isolation level serializable", async (transaction) => {
    await transaction`select 1 as a`;
    await transaction.savepoint(async (inner) => inner`select 2 as b`);
  });
  expect(texts()).toEqual(expect.arrayContaining(["select 1 as a", "select 2 as b"]));
});

test("a statement that fails is observed with its error, and is rejected as before", async () => {
  await expect(sql`select 1 / ${0}::int`).rejects.toMatchObject({ code: "22012" });
  expect(ended).toMatchObject([{ text: "select 1 / $1::int", error: { code: "22012" } }]);
});

test("copies, cursors and unsafe statements work and are observed", async () => {
  await sql.unsafe("create table copied (n int)");
  const target = await sql`copy copied (n) from stdin`.writable();
  await new Promise((resolve, reject) => target.on("error", reject).on("finish", resolve).end("1\n2\n"));
  const seen: number[] = [];
  await sql<{ n: number }[]>`select n from copied order by n`.cursor(
    1,
    (rows) => void seen.push(...rows.map(({ n }) => n)),
  );
  expect(seen).toEqual([1, 2]);
  expect(texts()).toEqual([
    "create table copied (n int)",
    "copy copied (n) from stdin",
    "select n from copied order by n",
  ]);
  expect(begun).toBe(3);
});
