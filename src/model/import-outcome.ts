/** What storing a study changed. Counts are of rows; all are zero where the store already held everything. */
export interface StoreOutcome {
  readonly studyId: string;
  readonly slug: string;
  readonly created: boolean;
  readonly added: Counts;
  readonly updated: Counts;
  readonly conflicts: readonly StoreConflict[];
}

/** Numbers of rows by what they describe. */
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
