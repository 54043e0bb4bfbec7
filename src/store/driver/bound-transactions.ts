import type { Sql, TransactionSql } from "postgres";
import { databaseTrouble } from "./database-trouble.js";
import { interceptedSql, type Interceptor } from "./intercepted-sql.js";

type Work = (sql: TransactionSql) => unknown;

/**
 * `sql`, of which a transaction ends with its connection. postgres.js 3.4.9 goes on sending a transaction's statements, its
 * own rollback among them, after the connection was lost: to nobody, which leaves a connection of the pool of no use, or to
 * whatever else the pool has connected anew meanwhile, outside of any transaction, where they take effect one by one.
 */
export function boundTransactions(sql: Sql): Sql {
  return new Proxy(sql, {
    get(target, name) {
      if (name !== "begin") return Reflect.get(target, name) as unknown;
      return (...values: unknown[]) => {
        const work = values.pop() as Work;
        const begin = (bound: Work) => Reflect.apply(target.begin, target, [...values, bound]) as Promise<unknown>;
        return transaction(begin, work);
      };
    },
  });
}

function transaction(begin: (work: Work) => Promise<unknown>, work: Work): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let lost: Error | undefined;
    const end = (error: unknown) => {
      const reason = error instanceof Error ? error : new Error(String(error));
      lost ??= reason;
      reject(reason);
    };
    const intercept: Interceptor = (statement, send) => {
      if (lost !== undefined) return statement.reject(lost);
      const { reject: fail } = statement;
      statement.reject = (error) => {
        if (databaseTrouble(error)?.code === "DATABASE_UNREACHABLE") end(error);
        return fail(error);
      };
      return send();
    };
    // A transaction that is lost is never given back: postgres.js would send its commit or its rollback.
    const bound: Work = async (inner) => {
      try {
        const result = await work(interceptedSql(inner, intercept));
        return lost === undefined ? result : await never();
      } catch (error) {
        if (lost === undefined) throw error;
        return await never();
      }
    };
    begin(bound).then(resolve, end);
  });
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
