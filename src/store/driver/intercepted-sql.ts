import type { Sql, TransactionSql } from "postgres";

/** What postgres.js 3.4 makes of a tagged template: it is sent by `handler`, and settled by `resolve` or `reject`. */
export interface Statement {
  handler: ((statement: Statement) => unknown) & { debug?: unknown };
  resolve(value: unknown): unknown;
  reject(error: unknown): unknown;
  readonly string?: string;
}

/** Called in the place of sending a statement; `send` sends it. */
export type Interceptor = (statement: Statement, send: () => unknown) => unknown;

/**
 * `sql`, of which every statement is given to `intercept` when it is to be sent, those within transactions too. postgres.js
 * offers no hook for this. A fragment within another statement is none, nor is a statement that nobody awaits.
 */
export function interceptedSql<T extends Sql | TransactionSql>(sql: T, intercept: Interceptor): T {
  return new Proxy(sql, traps(intercept)) as T;
}

/** The methods that lend a transaction. */
const TRANSACTIONS = new Set<PropertyKey>(["begin", "savepoint"]);

function traps(intercept: Interceptor): ProxyHandler<Sql | TransactionSql> {
  return {
    apply: (target, self, values) =>
      intercepted(Reflect.apply(target as (...values: unknown[]) => unknown, self, values), intercept),
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== "function") return value;
      if (name === "unsafe") {
        return (...values: unknown[]) => intercepted(Reflect.apply(value, target, values), intercept);
      }
      if (!TRANSACTIONS.has(name)) return value;
      return (...values: unknown[]) => {
        const work = values.pop() as (sql: TransactionSql) => unknown;
        const lent = (inner: TransactionSql) => work(interceptedSql(inner, intercept));
        return Reflect.apply(value, target, [...values, lent]) as unknown;
      };
    },
  };
}

function intercepted(made: unknown, intercept: Interceptor): unknown {
  if (!isStatement(made)) return made;
  const { handler } = made;
  made.handler = Object.assign((statement: Statement) => intercept(statement, () => handler(statement)), {
    debug: handler.debug,
  });
  return made;
}

function isStatement(made: unknown): made is Statement {
  return made instanceof Promise && "handler" in made && "resolve" in made;
}
