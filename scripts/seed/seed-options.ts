/** How much to make. */
export interface SeedOptions {
  readonly studies: number;
  /** Of each study: two a rank, 16bit and 4bit. */
  readonly experiments: number;
  /** Adapted by each experiment, and compared between the two of a rank; none makes studies without weights. */
  readonly layers: number;
  /** Of each experiment's `loss`; `eval_loss` has a tenth. */
  readonly points: number;
}

export const DEFAULT_SEED: SeedOptions = { studies: 2_000, experiments: 8, layers: 24, points: 100 };
