/** What storing a study changed. Counts are of rows; all zero means that the store already held everything. */
export interface StoreOutcome {
  readonly studyId: string;
  readonly slug: string;
  readonly created: boolean;
  readonly added: Counts;
  readonly updated: Counts;
  readonly conflicts: readonly StoreConflict[];
}

export interface Counts {
  experiments: number;
  ranks: number;
  layers: number;
  metrics: number;
  curves: number;
  checkpoints: number;
}

/** Something in the folder that contradicts what is stored; the stored value was kept. */
export interface StoreConflict {
  /** The experiment. */
  readonly where: string;
  readonly message: string;
}

/** The outcome while it is being made. */
export interface Ledger {
  readonly added: Counts;
  readonly updated: Counts;
  readonly conflicts: StoreConflict[];
}

export function openLedger(): Ledger {
  const none = (): Counts => ({ experiments: 0, ranks: 0, layers: 0, metrics: 0, curves: 0, checkpoints: 0 });
  return { added: none(), updated: none(), conflicts: [] };
}
