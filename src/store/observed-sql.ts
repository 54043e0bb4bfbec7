import type { Sql, TransactionSql } from "postgres";

/** How one statement ended. */
export interface StatementEnd {
  /** With `$1` in the place of each value; undefined where PostgreSQL was never asked. */
  readonly text: string | undefined;
  /** What it failed with. */
  readonly error?: unknown;
}

/** Called as a statement begins, waiting for a connection included; what it gives is called once, when the statement has ended. */
export type StatementObserver = () => (end: StatementEnd) => void;

/** What postgres.js 3.4 makes of a tagged template: it is sent by `handler`, and settled by `resolve` or `reject`. */
interface Query {
  handler: ((query: Query) => unknown) & { debug?: unknown };
  resolve(value: unknown): unknown;
  reject(error: unknown): unknown;
  readonly string?: string;
}

/**
 * `sql`, of which every statement is told to `observe`, those within transactions too. A COPY has ended for it when
 * PostgreSQL is ready to take rows. Statements are seen as postgres.js sends them, since it offers no hook for their end: a
 * fragment within another statement is none, nor is a statement that nobody awaits.
 */
export function observedSql(sql: Sql, observe: StatementObserver): Sql {
  return new Proxy(sql, traps(observe)) as Sql;
}

/** The methods that make statements, and those that lend a transaction. */
const TRANSACTIONS = new Set<PropertyKey>(["begin", "savepoint"]);

function traps(observe: StatementObserver): ProxyHandler<Sql | TransactionSql> {
  return {
    apply: (target, self, values) =>
      watched(Reflect.apply(target as (...values: unknown[]) => unknown, self, values), observe),
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== "function") return value;
      if (name === "unsafe") {
        return (...values: unknown[]) => watched(Reflect.apply(value, target, values), observe);
      }
      if (!TRANSACTIONS.has(name)) return value;
      return (...values: unknown[]) => {
        const work = values.pop() as (sql: TransactionSql) => unknown;
        const lent = (inner: TransactionSql) => work(new Proxy(inner, traps(observe)) as TransactionSql);
        return Reflect.apply(value, target, [...values, lent]) as unknown;
      };
    },
  };
}

function watched(made: unknown, observe: StatementObserver): unknown {
  if (!isQuery(made)) return made;
  const { handler } = made;
  made.handler = Object.assign(
    (query: Query) => {
      const told = observe();
      let isOver = false;
      // A COPY is settled twice: when PostgreSQL takes rows, and when it has them all.
      const ended = (end: StatementEnd) => {
        if (!isOver) told(end);
        isOver = true;
      };
      const { resolve, reject } = query;
      query.resolve = (value) => {
        ended({ text: query.string });
        return resolve(value);
      };
      query.reject = (error) => {
        ended({ text: query.string, error });
        return reject(error);
      };
      return handler(query);
    },
    { debug: handler.debug },
  );
  return made;
}

function isQuery(made: unknown): made is Query {
  return made instanceof Promise && "handler" in made && "resolve" in made;
}
