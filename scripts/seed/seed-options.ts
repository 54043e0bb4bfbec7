/** Size of the generated data. */
export interface SeedOptions {
  readonly studies: number;
  /** Experiments per study, an even number: one 16bit and one 4bit experiment per rank. */
  readonly experiments: number;
  /** Adapted layers per experiment. The two experiments of a rank are compared in each; 0 generates no weights. */
  readonly layers: number;
  /** Points of each experiment's `loss` curve. The `eval_loss` curve has a tenth of them. */
  readonly points: number;
}

export const DEFAULT_SEED: SeedOptions = { studies: 2_000, experiments: 8, layers: 24, points: 100 };
