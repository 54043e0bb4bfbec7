/** The entry point of a derivation thread, which computes what would block the thread that serves requests. */

import { isMainThread, threadId } from "node:worker_threads";
import {
  summarizeBehaviour,
  type BehaviourSummaries,
  type SummaryInput,
} from "../derive/behaviour/summarize-behaviour.js";
import type { BehaviourKind } from "../model/behaviour.js";
import { curveFindings, type CurveFindings } from "../derive/failure-modes/curve-findings.js";
import { degradationsOf, type RankDegradation } from "../derive/degradation/degradation.js";
import {
  comparePredictions,
  type PredictionsComparison,
  type PredictionsInput,
} from "../derive/predictions/compare-predictions.js";
import {
  paretoOrder,
  type BetterDirections,
  type ParetoAxes,
  type ParetoOrder,
} from "../derive/tradeoffs/pareto-frontier.js";
import { unpackInput, type PackedInput } from "./pack-input.js";

/** Degradations at some ranks, and the flag that stops their computation. */
export interface DegradationTask {
  readonly input: PackedInput;
  /** One 32-bit integer, shared with the serving thread: 1 stops the task. */
  readonly stop: SharedArrayBuffer;
}

/** The result of a task. */
export interface DegradationResult {
  /** Undefined if the task was stopped. */
  readonly degradations: readonly RankDegradation[] | undefined;
  readonly work: ThreadWork;
}

/** Where a task ran, and how much it drew. */
export interface ThreadWork {
  readonly threadId: number;
  readonly isMainThread: boolean;
  /** Number of values that the bootstrap drew. */
  readonly draws: number;
  readonly wasStopped: boolean;
}

/** Computes degradations. It reads the flag between chunks of draws, about every millisecond. */
export function degradationTask({ input, stop }: DegradationTask): DegradationResult {
  const { result, work } = stoppable(stop, (onDraws) => degradationsOf(unpackInput(input), onDraws));
  return { degradations: result, work };
}

/** Runs a computation that calls `onDraws` between chunks of draws, until the flag is set. */
function stoppable<Result>(
  stop: SharedArrayBuffer,
  compute: (onDraws: (drawn: number) => void) => Result,
): { readonly result: Result | undefined; readonly work: ThreadWork } {
  const flag = new Int32Array(stop);
  let draws = 0;
  const work = (wasStopped: boolean): ThreadWork => ({ threadId, isMainThread, draws, wasStopped });
  try {
    throwIfStopped(flag);
    const result = compute((drawn) => {
      draws += drawn;
      throwIfStopped(flag);
    });
    return { result, work: work(false) };
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    return { result: undefined, work: work(true) };
  }
}

/** Two runs' predictions, and the flag that stops their comparison. */
export interface PredictionsTask {
  readonly input: PredictionsInput;
  readonly stop: SharedArrayBuffer;
}

/** The result of such a task. */
export interface PredictionsResult {
  /** Undefined if the task was stopped. */
  readonly comparison: PredictionsComparison | undefined;
  readonly work: ThreadWork;
}

/** Compares predictions. It reads the flag between chunks of draws. */
export function predictionsTask({ input, stop }: PredictionsTask): PredictionsResult {
  const { result, work } = stoppable(stop, (onDraws) => comparePredictions(input, onDraws));
  return { comparison: result, work };
}

/** The points of a Pareto frontier, and whether higher values of each axis are better. */
export interface ParetoTask {
  readonly axes: ParetoAxes;
  readonly higherIsBetter: BetterDirections;
}

/** The result of a Pareto task. */
export interface ParetoResult {
  readonly order: ParetoOrder;
  readonly work: ThreadWork;
}

/** Computes the order and domination of points. 100,000 points take about 100 ms, so that it need not be stopped. */
export function paretoTask({ axes, higherIsBetter }: ParetoTask): ParetoResult {
  const order = paretoOrder(axes, higherIsBetter);
  return { order, work: { threadId, isMainThread, draws: 0, wasStopped: false } };
}

/** The curves of some runs, as flat arrays. */
export interface CurveTask {
  readonly runs: readonly PackedCurves[];
}

/** The curves of one run by name. Steps and values have equal lengths. */
export type PackedCurves = ReadonlyMap<string, { readonly steps: Float64Array; readonly values: Float64Array }>;

/** The result of a curve task. */
export interface CurveResult {
  /** In the order of the runs. */
  readonly findings: readonly CurveFindings[];
  readonly work: ThreadWork;
}

/** Reads the curves of some runs. A point takes about a microsecond, so that a task need not be stopped. */
export function curveTask({ runs }: CurveTask): CurveResult {
  const findings = runs.map((curves) =>
    curveFindings(
      new Map(
        [...curves].map(([name, { steps, values }]) => [
          name,
          { name, steps: Array.from(steps), values: Array.from(values) },
        ]),
      ),
    ),
  );
  return { findings, work: { threadId, isMainThread, draws: 0, wasStopped: false } };
}

/** The result of a task that summarizes what models did on an evaluation set. */
export interface BehaviourTaskResult {
  /** Undefined if no item has values that count. */
  readonly summary: BehaviourSummaries[BehaviourKind]["summary"] | undefined;
  readonly work: ThreadWork;
}

/** Summarizes the values of facts. A million tokens take about 100 ms, so that a task need not be stopped. */
export function behaviourTask(input: SummaryInput): BehaviourTaskResult {
  return { summary: summarizeBehaviour(input), work: { threadId, isMainThread, draws: 0, wasStopped: false } };
}

class StoppedError extends Error {}

function throwIfStopped(flag: Int32Array): void {
  if (Atomics.load(flag, 0) === 1) throw new StoppedError();
}
