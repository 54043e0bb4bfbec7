import type { LossSummary } from "../../derive/behaviour/summarize-losses.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { Experiment } from "../../store/studies/experiments.js";
import { metricsOf } from "../runs/study-runs.js";
import type { MeasuredFact } from "./measure.js";

/** The evaluation loss that a run recorded, against the one that is measured on its own evaluation data. */
export interface RecordedLoss {
  readonly recorded: number;
  /** The measured loss in the form that is nearer to the recorded one. */
  readonly measured: number;
  /**
   * PER_SCORED_TOKEN: mean over the predicted tokens. PER_TOKEN: their sum over all tokens, the first of each item included, as
   * some versions of the Trainer divide.
   */
  readonly form: "PER_SCORED_TOKEN" | "PER_TOKEN";
  /** measured / recorded - 1 */
  readonly relativeDifference: number;
  /** Whether the relative difference is too large for a reproduction. Either of the two may be wrong. */
  readonly differs: boolean;
}

/** Largest relative difference of a reproduced loss. On the wrong base, the example study's losses differ by 1.7e-2. */
const TOLERANCE = 1e-3;

/**
 * Compares the measured loss with `eval_loss` of the run. Null if the set is not registered as the study's own evaluation data, or
 * the run recorded no loss.
 */
export function recordedLoss(
  experiment: Experiment,
  slug: string,
  set: StoredEvaluationSet,
  { loss, scoredTokens }: LossSummary,
  { tokens }: MeasuredFact,
): RecordedLoss | null {
  const recorded = metricsOf(experiment).get("eval_loss");
  if (!set.ownDataOf.includes(slug) || recorded === undefined || !Number.isFinite(recorded) || recorded === 0) {
    return null;
  }
  const forms = [
    { form: "PER_SCORED_TOKEN", measured: loss.mean },
    { form: "PER_TOKEN", measured: (loss.mean * scoredTokens) / tokens },
  ] as const;
  const [nearest] = [...forms].sort(
    (one, other) => Math.abs(one.measured - recorded) - Math.abs(other.measured - recorded),
  );
  if (nearest === undefined) return null;
  const relativeDifference = nearest.measured / recorded - 1;
  return { recorded, ...nearest, relativeDifference, differs: Math.abs(relativeDifference) > TOLERANCE };
}
