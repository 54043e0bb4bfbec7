import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../log.js";
import type { WeightStore } from "../../model/weight-store.js";
import { closeSql, openSql } from "../../store/connection.js";
import { removeOldEntries } from "../../store/audit/audit-log.js";
import type { Database } from "../../store/database.js";
import { isRemovalDue, removeDeletedRows } from "../../store/deletion/remove-deleted.js";
import { removeUnnamed, type RemovedContent } from "../../store/deletion/remove-unnamed.js";
import { takeImportTurn } from "../../store/queue/import-turn.js";

/** Maximum time between the end of a grace period and the removal, and the minimum interval between two checks. */
const MAX_INTERVAL_SECONDS = 600;
const MIN_INTERVAL_SECONDS = 1;

interface RemovalOptions {
  readonly database: Pick<Database, "sql" | "url">;
  readonly weights: Pick<WeightStore, "remove">;
  /** Time between a deletion and the removal of its rows. */
  readonly graceSeconds: number;
  readonly log: Log;
}

/** The numbers of removed things; undefined if nothing was due. */
export type Removed = (RemovedContent & { readonly studies: number }) | undefined;

/**
 * Removes what was deleted longer ago than the grace period, and content that nothing names any more. It takes the import turn,
 * because an import may be about to name a weight file that it found in the store.
 *
 * @throws the signal's reason
 */
export async function removeDeleted(
  { database, weights, graceSeconds }: RemovalOptions,
  signal?: AbortSignal,
): Promise<Removed> {
  if (!(await isRemovalDue(database, graceSeconds))) return undefined;
  const turn = await takeImportTurn(database.url, { ...(signal !== undefined && { signal }) });
  // Deleting the rows of a large study takes longer than other statements may.
  const sql = openSql(database.url, { applicationName: "rankscope removal", maxConnections: 1, isPatient: true });
  try {
    const studies = await removeDeletedRows({ sql }, graceSeconds);
    return { studies, ...(await removeUnnamed({ sql }, (hash) => weights.remove({ hash }))) };
  } finally {
    await closeSql(sql);
    await turn.release();
  }
}

/** Removes in the background what was deleted, and old entries of the audit log, from time to time. Servers of one database take turns. */
export interface RemovalLoop {
  close(): Promise<void>;
}

export function openRemovalLoop(options: RemovalOptions & { readonly auditKeepSeconds: number }): RemovalLoop {
  const { database, graceSeconds, auditKeepSeconds, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const seconds = Math.min(Math.max(graceSeconds / 10, MIN_INTERVAL_SECONDS), MAX_INTERVAL_SECONDS);

  async function run(): Promise<void> {
    const isStopping = () => signal.aborted;
    while (!isStopping()) {
      try {
        const removed = await removeDeleted(options, signal);
        if (removed !== undefined) log.info(removed, "removed what was deleted");
        await removeOldEntries(database, auditKeepSeconds);
      } catch (err) {
        if (!isStopping()) log.warn({ err }, "what was deleted could not be removed; it is tried again");
      }
      await sleep(seconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    async close() {
      stopping.abort();
      await running;
    },
  };
}
