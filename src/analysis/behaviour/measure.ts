import type { BehaviourSummaries } from "../../derive/behaviour/summarize-behaviour.js";
import type {
  BehaviourFact,
  BehaviourOptions,
  BehaviourResult,
  BehaviourSubject,
} from "../../model/behaviour-facts.js";
import type { BehaviourKind, ServedForm } from "../../model/behaviour.js";
import type { BehaviourStatus } from "../../model/enums/behaviour.js";
import type { StoredFact } from "../../model/weight-facts.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import type { RunCheckpoint } from "../runs/run-checkpoint.js";
import { layerBytes, modelBytes, servedRun, type Servable, type ServedRun } from "./served-run.js";

/** A summary, the job that computes it, or the reason why there is none. */
export interface Measurement<Summary> {
  readonly status: BehaviourStatus;
  /** Why there is no summary, in one sentence; null if there is one, or if its job runs. */
  readonly reason: string | null;
  /** Id of the job that computes it; null if none does. */
  readonly pendingJob: string | null;
  readonly summary: Summary | null;
  /** The facts that the summary is derived from: one of each model, or one of both; empty if there is none. */
  readonly facts: readonly MeasuredFact[];
}

export interface MeasuredFact extends BehaviourFact, StoredFact {
  /** Whether the fact was stored before the request. */
  readonly cached: boolean;
}

/** A measurement to make. */
export interface MeasureRequest<Kind extends BehaviourKind> {
  readonly kind: Kind;
  /** Null for WEIGHT_GAP, which needs no items. */
  readonly set: StoredEvaluationSet | null;
  /** SEPARATE by default. */
  readonly form?: ServedForm | undefined;
  /** Options that change the measured values. */
  readonly options: BehaviourOptions;
  /** Options that change only the summary. */
  readonly summary: BehaviourSummaries[Kind]["options"] & { readonly confidence: number };
  /** Maximum wait, from the start of the request. */
  readonly waitMilliseconds: number;
}

/**
 * Measures a run, or a reference and a candidate, on a set: loads the facts, queues the missing ones, and derives the summary from
 * their values. GraphQL, commands, plots and reports all call it.
 */
export async function measure<Kind extends BehaviourKind>(
  context: AnalysisContext,
  runs: readonly [RunCheckpoint, RunCheckpoint?],
  request: MeasureRequest<Kind>,
): Promise<Measurement<BehaviourSummaries[Kind]["summary"]>> {
  const present = runs.filter((run) => run !== undefined);
  const served = await Promise.all(present.map((run) => servedRun(context.loaders, run, request.form)));
  const problem = served.find(({ reason }) => reason !== null);
  if (problem?.reason != null) return unavailable(problem.reason);
  const results = await loadFacts(context, served.filter(isServed), request);
  for (const result of results) if (!("facts" in result)) return absentMeasurement(result);
  const facts = results.flatMap((result) => ("facts" in result ? [{ ...result.facts, cached: result.cached }] : []));
  const values = await Promise.all(facts.map(({ key }) => context.loaders.behaviourValues.load(key)));
  const [first, second] = values;
  const source = request.set?.name ?? "the base model";
  const empty = facts.find((_, i) => values[i] === undefined);
  if (first === undefined || empty !== undefined) {
    const reason = empty?.leftOut?.reason ?? "The set has no items.";
    return { ...unavailable(`No item of ${source} can be measured: ${reason}`), facts };
  }
  const summary = await context.derivations.summarizeBehaviour({
    kind: request.kind,
    facts: second === undefined ? [first] : [first, second],
    options: request.summary,
  });
  if (summary === undefined) {
    return { ...unavailable(`No item of ${source} has values that count, or they are not finite.`), facts };
  }
  return { status: "READY", reason: null, pendingJob: null, summary, facts };
}

function isServed(run: ServedRun): run is Servable {
  return run.reason === null;
}

/** Facts of a pair; other kinds have one fact of each model. */
const PAIR_KINDS: readonly BehaviourKind[] = ["DIVERGENCE", "SENSITIVITY", "WEIGHT_GAP"];

function loadFacts<Kind extends BehaviourKind>(
  { loaders }: AnalysisContext,
  runs: readonly Servable[],
  { kind, set, options, waitMilliseconds }: MeasureRequest<Kind>,
): Promise<BehaviourResult[]> {
  const groups = PAIR_KINDS.includes(kind) ? [runs] : runs.map((run) => [run]);
  return Promise.all(
    groups.map((group) => {
      return loaders.behaviour.load(behaviourSubject(kind, group, set, options), waitMilliseconds);
    }),
  );
}

/** Returns the subject of a fact about one model, or about a reference and a candidate. */
export function behaviourSubject(
  kind: BehaviourKind,
  runs: readonly Servable[],
  set: Pick<StoredEvaluationSet, "hash" | "name"> | null,
  options: BehaviourOptions,
): BehaviourSubject {
  const [first, second] = runs.map(({ model }) => model);
  if (first === undefined) throw new Error("A measurement needs a model.");
  return {
    kind,
    models: second === undefined ? [first] : [first, second],
    evaluationSet: set === null ? null : { hash: set.hash, name: set.name },
    options,
    // Norms of weights need one layer at a time, not the models.
    bytes: kind === "WEIGHT_GAP" ? layerBytes(runs) : modelBytes(runs),
  };
}

function absentMeasurement(result: Exclude<BehaviourResult, { readonly facts: unknown }>): Measurement<never> {
  if ("pending" in result) {
    return { status: "PENDING", reason: result.reason ?? null, pendingJob: result.pending, summary: null, facts: [] };
  }
  return unavailable(result.failed);
}

/** Returns the measurement of what cannot be measured. @param reason in one sentence */
export function unavailable(reason: string): Measurement<never> {
  return { status: "UNAVAILABLE", reason, pendingJob: null, summary: null, facts: [] };
}
