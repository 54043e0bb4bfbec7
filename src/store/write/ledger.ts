import type { Counts, StoreConflict } from "../../model/job-payloads.js";

/** Counts and conflicts of an import in progress. */
export interface Ledger {
  readonly added: Counts;
  readonly updated: Counts;
  readonly conflicts: StoreConflict[];
}

/** Returns a ledger with all counts 0. */
export function openLedger(): Ledger {
  const none = (): Counts => ({ experiments: 0, ranks: 0, layers: 0, metrics: 0, curves: 0, checkpoints: 0 });
  return { added: none(), updated: none(), conflicts: [] };
}
