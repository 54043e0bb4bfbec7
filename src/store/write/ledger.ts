import type { Counts, StoreConflict } from "../../model/import-outcome.js";

/** The outcome of an import while it is being made. */
export interface Ledger {
  readonly added: Counts;
  readonly updated: Counts;
  readonly conflicts: StoreConflict[];
}

/** Returns a ledger in which nothing is counted yet. */
export function openLedger(): Ledger {
  const none = (): Counts => ({ experiments: 0, ranks: 0, layers: 0, metrics: 0, curves: 0, checkpoints: 0 });
  return { added: none(), updated: none(), conflicts: [] };
}
