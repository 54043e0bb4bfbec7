import type { BehaviourSummaries } from "../../derive/behaviour/summarize-behaviour.js";
import type { BehaviourFact, BehaviourOptions, BehaviourResult } from "../../model/behaviour-facts.js";
import type { BehaviourKind, ServedForm } from "../../model/behaviour.js";
import type { BehaviourStatus } from "../../model/enums/behaviour.js";
import type { StoredFact } from "../../model/weight-facts.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import type { RunCheckpoint } from "../runs/run-checkpoint.js";
import { modelBytes, servedRun, type ServedRun } from "./served-run.js";

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
  readonly set: StoredEvaluationSet;
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
  const empty = facts.find((_, i) => values[i] === undefined);
  if (first === undefined || empty !== undefined) {
    const reason = empty?.leftOut?.reason ?? "The set has no items.";
    return { ...unavailable(`No item of ${request.set.name} can be measured: ${reason}`), facts };
  }
  const summary = await context.derivations.summarizeBehaviour({
    kind: request.kind,
    facts: second === undefined ? [first] : [first, second],
    options: request.summary,
  });
  if (summary === undefined) {
    return { ...unavailable(`No item of ${request.set.name} has values that count, or they are not finite.`), facts };
  }
  return { status: "READY", reason: null, pendingJob: null, summary, facts };
}

type Servable = Extract<ServedRun, { readonly reason: null }>;

function isServed(run: ServedRun): run is Servable {
  return run.reason === null;
}

/** Facts of a pair; other kinds have one fact of each model. */
const PAIR_KINDS: readonly BehaviourKind[] = ["DIVERGENCE", "SENSITIVITY"];

function loadFacts<Kind extends BehaviourKind>(
  { loaders }: AnalysisContext,
  runs: readonly Servable[],
  { kind, set, options, waitMilliseconds }: MeasureRequest<Kind>,
): Promise<BehaviourResult[]> {
  const evaluationSet = { hash: set.hash, name: set.name };
  const groups = PAIR_KINDS.includes(kind) ? [runs] : runs.map((run) => [run]);
  return Promise.all(
    groups.map((group) => {
      const [first, second] = group.map(({ model }) => model);
      if (first === undefined) throw new Error("A measurement needs a model.");
      const models = second === undefined ? ([first] as const) : ([first, second] as const);
      return loaders.behaviour.load(
        { kind, models, evaluationSet, options, bytes: modelBytes(group) },
        waitMilliseconds,
      );
    }),
  );
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
