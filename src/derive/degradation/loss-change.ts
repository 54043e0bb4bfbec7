/** The change of a cross-entropy loss in units that do not depend on its size. */
export interface LossChange {
  /** candidate - baseline, in nats per token. */
  readonly nats: number | null;
  /** Perplexity of the candidate divided by that of the baseline: exp(nats). */
  readonly perplexityRatio: number | null;
}

/** Names of cross-entropy losses: `training_loss`, `eval_loss`, `the best eval_loss`, `loss at step 500`. */
const LOSS = /(^|[ _/])loss( at step \d+)?$/;

/** Names of the training loss, which is measured on the examples that the run was trained on. */
const TRAINING_LOSS = /^(train(ing)?_loss|(the \w+ )?loss( at step \d+)?)$/;

/** Returns the change of a loss in nats and as a ratio of perplexities; nulls for other metrics, and if it overflows. */
export function lossChange(metric: string, absolute: number | null): LossChange {
  if (absolute === null || !LOSS.test(metric)) return { nats: null, perplexityRatio: null };
  const perplexityRatio = Math.exp(absolute);
  return { nats: absolute, perplexityRatio: Number.isFinite(perplexityRatio) ? perplexityRatio : null };
}

/** Returns whether a metric is measured on the examples that the run was trained on. */
export function isTrainingLoss(metric: string): boolean {
  return TRAINING_LOSS.test(metric);
}
