/**
 * Fault of postgres.js 3.4.9: a transaction continues after its connection is lost. Its remaining statements, the automatic
 * commit or rollback included, go to the connection that the pool opens next, outside of any transaction or in another one.
 *
 * Upstream: https://github.com/porsager/postgres/issues/1216 (fix proposed in pull request 1215), also issue 1204.
 * Proof: tests/integration/store/transaction-binding.test.ts.
 * Remove when: a release rejects a transaction's statements after its connection closed. No release does as of 3.4.9.
 */
import type { Sql, TransactionSql } from "postgres";
import { databaseFailure } from "../database-failure.js";
import { interceptedSql, type Interceptor } from "../sql/intercepted-sql.js";

type Work = (sql: TransactionSql) => unknown;

/** Returns `sql`, whose transactions end with their connection: later statements are rejected and never sent. */
export function withBoundTransactions(sql: Sql): Sql {
  return new Proxy(sql, {
    get(target, name) {
      if (name !== "begin") return Reflect.get(target, name) as unknown;
      return (...values: unknown[]) => {
        const work = values.pop() as Work;
        const begin = (bound: Work) => Reflect.apply(target.begin, target, [...values, bound]) as Promise<unknown>;
        return runBound(begin, work);
      };
    },
  });
}

function runBound(begin: (work: Work) => Promise<unknown>, work: Work): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let lost: Error | undefined;
    const end = (error: unknown) => {
      const reason = error instanceof Error ? error : new Error(String(error));
      lost ??= reason;
      reject(reason);
    };
    const intercept: Interceptor = (statement, send) => {
      if (lost !== undefined) return statement.reject(lost);
      const { reject: rejectStatement } = statement;
      statement.reject = (error) => {
        if (databaseFailure(error)?.code === "DATABASE_UNREACHABLE") end(error);
        return rejectStatement(error);
      };
      return send();
    };
    // If the transaction is lost, this never settles: postgres.js would send its commit or rollback otherwise.
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
