import { pairMean, type PairMean } from "../../derive/behaviour/rank-behaviour.js";
import { DEFAULT_NEW_TOKENS } from "../../model/behaviour.js";
import { listEvaluationSets, type StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { requireEvaluationSet } from "./evaluation-set.js";
import { measure } from "./measure.js";
import { rankRuns, type RankRunsRequest } from "./rank-runs.js";

/** Agreement of the outputs of baseline and candidate at a rank, or the reason why there is none. */
export interface OutputAgreement {
  /** Mean over the pairs of equal seeds. Null without a value. */
  readonly statistic: PairMean | null;
  /** Number of pairs at the rank, of which at most the first ten by seed count. */
  readonly available: number;
  /** Name of the evaluation set. Null if there is none. */
  readonly set: string | null;
  /** Why there is no value, in one sentence; null if there is one. */
  readonly reason: string | null;
}

export interface OutputAgreementRequest extends RankRunsRequest {
  /** Name of an evaluation set; undefined for the only one that is registered. */
  readonly on: string | undefined;
  /** Maximum wait for a named set. Without a name, the request does not wait. */
  readonly waitMilliseconds: number;
}

/** Tokens after each prompt, and the confidence of intervals that are not returned. */
const OPTIONS = {
  GENERATION: { options: { newTokens: DEFAULT_NEW_TOKENS }, summary: { confidence: 0.95, countsPrompt: false } },
  EMBEDDING: { options: {}, summary: { confidence: 0.95 } },
} as const;

/** Measures token match (GENERATION) or embedding similarity (EMBEDDING) over the pairs of seeds at a rank. */
export async function outputAgreement(
  context: AnalysisContext,
  kind: keyof typeof OPTIONS,
  { on, waitMilliseconds, ...requested }: OutputAgreementRequest,
): Promise<OutputAgreement> {
  const set = on === undefined ? await onlySet(context) : await requireEvaluationSet(context.loaders, on);
  if (set === undefined) {
    return absent("There is not exactly one evaluation set: name one with `on` (rankscope evalset add NAME FILE).");
  }
  const { pairs, available } = await rankRuns(context, requested);
  const absentOn = (reason: string): OutputAgreement => ({ ...absent(reason), available, set: set.name });
  if (pairs.length === 0) return absentOn("There is no pair of a baseline and a candidate at this rank.");
  const request = { kind, set, ...OPTIONS[kind], waitMilliseconds: on === undefined ? 0 : waitMilliseconds };
  const measured = await Promise.all(
    pairs.map(({ baseline, candidate }) => measure(context, [baseline, candidate], request as never)),
  );
  const missing = measured.find(({ status }) => status !== "READY");
  if (missing !== undefined) {
    return absentOn(missing.reason ?? `A job computes it on ${set.name}: ${missing.pendingJob ?? ""}.`);
  }
  const means = measured.map(({ summary }) => (summary as { mean: number } | null)?.mean ?? null);
  return { statistic: pairMean(means, OPTIONS[kind].summary.confidence), available, set: set.name, reason: null };
}

async function onlySet({ database }: AnalysisContext): Promise<StoredEvaluationSet | undefined> {
  const [only, ...others] = await listEvaluationSets(database, { limit: 2 });
  return others.length === 0 ? only : undefined;
}

function absent(reason: string): OutputAgreement {
  return { statistic: null, available: 0, set: null, reason };
}
