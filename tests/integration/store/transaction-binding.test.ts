import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Sql, TransactionSql } from "postgres";
import { closeSql, openSql } from "#src/store/connection.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
/** One connection, so that the next statement gets the one that was lost. */
let sql: Sql;

beforeAll(async () => {
  sql = openSql(fresh.url, { applicationName: "bound", maxConnections: 1 });
  await sql`create table written (n int)`;
});
afterAll(() => closeSql(sql));
beforeEach(() => sql`truncate written`);

const written = () => fresh.database.sql<{ n: number }[]>`select n from written order by n`;

async function terminate(transaction: TransactionSql): Promise<void> {
  const [own] = await transaction<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await fresh.database.sql`select pg_terminate_backend(${own?.pid ?? 0}, 5000)`;
}

test("a transaction writes nothing after its connection was lost, although the pool has connected again", async () => {
  const late = withResolvers<unknown>();
  const ended = sql.begin(async (transaction) => {
    await transaction`insert into written values (1)`;
    await terminate(transaction);
    // Another statement: the pool's only connection opens again.
    await sql`select 1`;
    await transaction`insert into written values (${2})`.then(late.resolve, late.resolve);
  });
  await expect(ended).rejects.toThrow(/CONNECTION_CLOSED/);
  expect(String(await late.promise)).toContain("CONNECTION_CLOSED");
  expect(await written()).toEqual([]);
});

test("a transaction that continues after a lost statement sends nothing more, and the pool stays usable", async () => {
  for (let turn = 0; turn < 3; turn++) {
    const late = withResolvers<unknown>();
    const ended = sql.begin(async (transaction) => {
      await terminate(transaction);
      await transaction`select ${turn}::int`.catch(() => undefined);
      await transaction`insert into written values (${turn})`.then(late.resolve, late.resolve);
    });
    await expect(ended).rejects.toThrow(/CONNECTION_CLOSED/);
    expect(String(await late.promise)).toContain("CONNECTION_CLOSED");
    expect(await sql`select ${turn}::int as n`).toEqual([{ n: turn }]);
  }
  expect(await written()).toEqual([]);
});

test("transactions whose connection is not lost commit or roll back, savepoints included", async () => {
  const result = await sql.begin("isolation level serializable", async (transaction) => {
    await transaction`insert into written values (1)`;
    await transaction.savepoint((inner) => inner`select 1 / 0`).catch(() => undefined);
    return "kept";
  });
  expect(result).toBe("kept");
  await expect(
    sql.begin(async (transaction) => {
      await transaction`insert into written values (2)`;
      throw new Error("mine");
    }),
  ).rejects.toThrow("mine");
  await expect(sql.begin((transaction) => transaction`select 1 / 0`)).rejects.toThrow(/division by zero/);
  expect(await written()).toEqual([{ n: 1 }]);
});

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
