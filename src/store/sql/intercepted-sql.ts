import type { Sql, TransactionSql } from "postgres";

/** A statement as postgres.js 3.4 represents it: `handler` sends it, `resolve` or `reject` settle it. */
export interface Statement {
  handler: ((statement: Statement) => unknown) & { debug?: unknown };
  resolve(value: unknown): unknown;
  reject(error: unknown): unknown;
  readonly string?: string;
}

/** Called in place of sending a statement; `send` sends it. */
export type Interceptor = (statement: Statement, send: () => unknown) => unknown;

/**
 * Returns `sql`, which calls `intercept` for each statement, those of transactions included. postgres.js offers no hook for
 * this. Fragments of other statements and statements that are not awaited are not intercepted.
 */
export function interceptedSql<T extends Sql | TransactionSql>(sql: T, intercept: Interceptor): T {
  return new Proxy(sql, traps(intercept)) as T;
}

/** The methods that call a function with a transaction. */
const TRANSACTION_METHODS = new Set<PropertyKey>(["begin", "savepoint"]);

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
      if (!TRANSACTION_METHODS.has(name)) return value;
      return (...values: unknown[]) => {
        const work = values.pop() as (sql: TransactionSql) => unknown;
        const interceptedWork = (inner: TransactionSql) => work(interceptedSql(inner, intercept));
        return Reflect.apply(value, target, [...values, interceptedWork]) as unknown;
      };
    },
  };
}

function intercepted(result: unknown, intercept: Interceptor): unknown {
  if (!isStatement(result)) return result;
  const { handler } = result;
  result.handler = Object.assign((statement: Statement) => intercept(statement, () => handler(statement)), {
    debug: handler.debug,
  });
  return result;
}

/** Returns true if `result` is a statement of postgres.js, and false for a fragment of one. */
export function isStatement(result: unknown): result is Statement {
  return result instanceof Promise && "handler" in result && "resolve" in result;
}
