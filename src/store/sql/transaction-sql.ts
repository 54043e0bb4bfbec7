import type { Sql, TransactionSql } from "postgres";
import { interceptedSql, isStatement, type Statement } from "./intercepted-sql.js";

/**
 * Prepares a transaction, with one statement. If it rejects, the transaction is rolled back and none of its results are
 * returned.
 */
type Enter = (sql: TransactionSql) => Promise<void>;

/** Properties of `Sql` that send no statement. */
const HELPERS: ReadonlySet<PropertyKey> = new Set(["array", "json", "types", "typed"]);

/**
 * Returns `sql` that runs every statement in a transaction which `enter` prepares: `begin` in one that may write, any other
 * statement in a read-only one of its own. Everything else that postgres.js offers, such as `notify` or `reserve`, would bypass
 * `enter` and is an error.
 */
export function transactionSql(sql: Sql, enter: Enter): Sql {
  const inTransaction = (result: unknown): unknown => {
    if (isStatement(result)) result.handler = Object.assign(runInTransaction, { debug: result.handler.debug });
    return result;
  };
  const runInTransaction = (statement: Statement) => run(sql, enter, statement);
  const begin = (...values: unknown[]) => {
    const work = values.pop() as (transaction: TransactionSql) => unknown;
    return sql.begin(values.join(" "), async (transaction) => {
      await enter(transaction);
      return work(transaction);
    });
  };
  return new Proxy(sql, {
    apply: (target, self, values) => inTransaction(Reflect.apply(target, self, values)),
    get(target, name) {
      if (name === "begin") return begin;
      if (name === "unsafe")
        return (...values: unknown[]) => inTransaction(Reflect.apply(target.unsafe, target, values));
      const value = Reflect.get(target, name) as unknown;
      if (HELPERS.has(name) || typeof value !== "function") return value;
      return () => {
        throw new Error(`sql.${String(name)} would run outside of the prepared transaction`);
      };
    },
  });
}

/** PostgreSQL's settings of a transaction, by name. They end with the transaction. */
export type TransactionSettings = Readonly<Record<string, string>>;

/** Returns `sql` that runs every statement in a transaction with these settings. */
export function settingsSql(sql: Sql, settings: TransactionSettings): Sql {
  return transactionSql(sql, async (transaction) => {
    await transaction`
      select set_config(name, value, true)
      from unnest(${Object.keys(settings)}::text[], ${Object.values(settings)}::text[]) as setting (name, value)`;
  });
}

/**
 * Runs one statement in a transaction. It follows the statement of `enter` at once, on the same connection, and its result is
 * held back until `enter` has ended. The commit is not awaited: a read-only transaction changes nothing.
 */
function run(sql: Sql, enter: Enter, statement: Statement): void {
  const { resolve, reject } = statement;
  sql
    .begin("read only", async (transaction) => {
      const outcome = new Promise<unknown>((received, failed) => {
        statement.resolve = received;
        statement.reject = failed;
      });
      // postgres.js sends a statement some microtasks after it is awaited. Sending from here keeps the order.
      const entering = interceptedSql(transaction, (_first, send) => {
        send();
        sendIn(transaction, statement);
      });
      const [result] = await Promise.all([outcome, enter(entering)]);
      resolve(result);
    })
    .catch(reject);
}

/** Sends a statement of another `Sql` in a transaction, with the handler of a statement of the transaction. */
function sendIn(transaction: TransactionSql, statement: Statement): void {
  const carrier: unknown = transaction``;
  if (!isStatement(carrier)) throw new Error("postgres.js does not represent statements as expected");
  carrier.handler(statement);
}
