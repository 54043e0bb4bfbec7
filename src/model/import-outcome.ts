/** The changes of storing a study, as numbers of rows. All are 0 if everything was stored already. */
export interface StoreOutcome {
  readonly studyId: string;
  readonly slug: string;
  readonly created: boolean;
  readonly added: Counts;
  readonly updated: Counts;
  readonly conflicts: readonly StoreConflict[];
}

/** Numbers of rows by their content. */
export interface Counts {
  experiments: number;
  ranks: number;
  layers: number;
  metrics: number;
  curves: number;
  checkpoints: number;
}

/** A contradiction between the folder and the store. The stored value was kept. */
export interface StoreConflict {
  /** Name of the experiment. */
  readonly where: string;
  readonly message: string;
}
