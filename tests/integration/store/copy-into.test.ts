import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sql } from "postgres";
import { closeSql, openSql } from "#src/store/connection.js";
import { copyInto } from "#src/store/copy/copy-into.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
let sql: Sql;

beforeAll(async () => {
  sql = openSql(fresh.url, { applicationName: "copy", maxConnections: 1 });
  await sql`create table copied (n int)`;
});
afterAll(() => closeSql(sql));

test("PostgreSQL ends a transaction that is idle after its COPY", async () => {
  const ended = sql.begin(async (transaction) => {
    await transaction`set local idle_in_transaction_session_timeout = 300`;
    await copyInto(transaction, "copied", ["n"], ["1\n", "2\n"]);
    await sleep(5000);
  });
  await expect(ended).rejects.toThrow(/CONNECTION_CLOSED/);
  expect(await sql`select n from copied`).toEqual([]);
});

test("a COPY refused after its last row fails, and its connection can be used again", async () => {
  const refused = sql.begin((transaction) => copyInto(transaction, "copied", ["n"], ["1\n", "two\n"]));
  await expect(refused).rejects.toThrow(/aborted|invalid input syntax/);
  await sql.begin((transaction) => copyInto(transaction, "copied", ["n"], ["3", "\n4\n"]));
  expect(await sql`select n from copied order by n`).toEqual([{ n: 3 }, { n: 4 }]);
});

test("an error of the rows' source is thrown, and nothing is copied", async () => {
  function* broken() {
    yield "5\n";
    throw new Error("no more");
  }
  await sql`truncate copied`;
  await expect(sql.begin((transaction) => copyInto(transaction, "copied", ["n"], broken()))).rejects.toThrow("no more");
  expect(await sql`select n from copied`).toEqual([]);
});

test("a row refused while the next rows are read fails the COPY, not the process", async () => {
  async function* slow() {
    yield Buffer.from("two\n");
    await sleep(500);
    yield Buffer.from("6\n");
  }
  const refused = sql.begin((transaction) => copyInto(transaction, "copied", ["n"], slow()));
  await expect(refused).rejects.toThrow(/invalid input syntax/);
  expect(await sql`select n from copied`).toEqual([]);
});
