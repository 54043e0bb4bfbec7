import { completeMean, type CompleteMean } from "../../derive/statistics/complete-mean.js";
import { DEFAULT_NEW_TOKENS } from "../../model/behaviour.js";
import { listEvaluationSets, type StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { requireEvaluationSet } from "./evaluation-set.js";
import { measure, type Measurement } from "./measure.js";
import { rankRuns, type MeasuredRankRequest, type RankRunsRequest } from "./rank-runs.js";

/** Agreement of the outputs of baseline and candidate at a rank, or the reason why there is none. */
export interface OutputAgreement {
  /** Mean over the pairs of equal seeds. Null without a value. */
  readonly statistic: CompleteMean | null;
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

/** The kinds of agreement: token match (GENERATION) and embedding similarity (EMBEDDING). */
type AgreementKind = "GENERATION" | "EMBEDDING";

const OPTIONS = {
  GENERATION: { options: { newTokens: DEFAULT_NEW_TOKENS }, summary: { countsPrompt: false } },
  EMBEDDING: { options: {}, summary: {} },
} as const;

/** The agreement of each pair of seeds at a rank, and their mean. */
export interface PairAgreements {
  /** Null while a pair is missing, and without pairs. */
  readonly statistic: CompleteMean | null;
  readonly measured: readonly Measurement<{ readonly mean: number }>[];
  /** Number of pairs at the rank, of which at most the first ten by seed are measured. */
  readonly available: number;
}

/** Measures the agreement of the outputs of baseline and candidate over the pairs of seeds at a rank. */
export async function pairAgreements(
  context: AnalysisContext,
  kind: AgreementKind,
  { set, confidence, waitMilliseconds, ...requested }: MeasuredRankRequest,
): Promise<PairAgreements> {
  const { pairs, available } = await rankRuns(context, requested);
  const { options, summary } = OPTIONS[kind];
  const request = { kind, set, options, summary: { ...summary, confidence }, waitMilliseconds };
  const measured = await Promise.all(
    pairs.map(({ baseline, candidate }) => measure(context, [baseline, candidate], request as never)),
  );
  const agreements = measured as readonly Measurement<{ readonly mean: number }>[];
  const means = agreements.map(({ summary: agreement }) => agreement?.mean ?? null);
  return { statistic: completeMean(means, confidence), measured: agreements, available };
}

/** Measures the agreement of outputs on the named set, or on the only one that is registered. */
export async function outputAgreement(
  context: AnalysisContext,
  kind: AgreementKind,
  { on, waitMilliseconds, ...requested }: OutputAgreementRequest,
): Promise<OutputAgreement> {
  const set = on === undefined ? await onlySet(context) : await requireEvaluationSet(context.loaders, on);
  if (set === undefined) {
    return absent("There is not exactly one evaluation set: name one with `on` (rankscope evalset add NAME FILE).");
  }
  const { statistic, measured, available } = await pairAgreements(context, kind, {
    ...requested,
    set,
    confidence: 0.95,
    waitMilliseconds: on === undefined ? 0 : waitMilliseconds,
  });
  const absentOn = (reason: string): OutputAgreement => ({ ...absent(reason), available, set: set.name });
  if (measured.length === 0) return absentOn("There is no pair of a baseline and a candidate at this rank.");
  const missing = measured.find(({ status }) => status !== "READY");
  if (missing !== undefined) {
    return absentOn(missing.reason ?? `A job computes it on ${set.name}: ${missing.pendingJob ?? ""}.`);
  }
  return { statistic, available, set: set.name, reason: null };
}

async function onlySet({ database }: AnalysisContext): Promise<StoredEvaluationSet | undefined> {
  const [only, ...others] = await listEvaluationSets(database, { limit: 2 });
  return others.length === 0 ? only : undefined;
}

function absent(reason: string): OutputAgreement {
  return { statistic: null, available: 0, set: null, reason };
}
