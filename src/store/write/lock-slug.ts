import { setTimeout as sleep } from "node:timers/promises";
import type { TransactionSql } from "postgres";
import { failure } from "../../errors.js";

/** Interval of attempts to take a lock that another transaction holds. */
const LOCK_MILLISECONDS = 50;

/**
 * Locks a study until the transaction ends. Attempts do not block and are repeated: a statement that blocks for long would count
 * as a lost connection.
 *
 * @param patienceMilliseconds unlimited by default
 * @throws STUDY_BUSY
 */
export async function lockSlug(sql: TransactionSql, slug: string, patienceMilliseconds = Infinity): Promise<void> {
  const start = performance.now();
  for (;;) {
    const [row] = await sql<{ locked: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended(${`study ${slug}`}, 0)) as locked`;
    if (row?.locked === true) return;
    if (performance.now() - start > patienceMilliseconds) {
      throw failure("STUDY_BUSY", { where: slug });
    }
    await sleep(LOCK_MILLISECONDS);
  }
}
