import { Piscina } from "piscina";
import type { BehaviourSummaries, SummaryInput } from "../derive/behaviour/summarize-behaviour.js";
import type { BehaviourKind } from "../model/behaviour.js";
import type { DegradationInput } from "../derive/degradation/degradation-input.js";
import type { RankDegradation } from "../derive/degradation/degradation.js";
import type { BetterDirections, ParetoAxes, ParetoOrder } from "../derive/tradeoffs/pareto-frontier.js";
import type { CurveFindings, RunCurves } from "../derive/failure-modes/curve-findings.js";
import type { PredictionsComparison, PredictionsInput } from "../derive/predictions/compare-predictions.js";
import type {
  BehaviourTaskResult,
  CurveResult,
  DegradationResult,
  PackedCurves,
  ParetoResult,
  PredictionsResult,
  ThreadWork,
} from "./derivation-thread.js";
import { packInput } from "./pack-input.js";

/** Computes on threads of its own what grows with the input of a request, so that other requests are served meanwhile. */
export interface DerivationPool {
  /** @throws the signal's reason at once where it is aborted; the thread then stops within a chunk of draws */
  degradations(input: DegradationInput, signal: AbortSignal): Promise<readonly RankDegradation[]>;
  /** @throws the signal's reason at once where it is aborted */
  paretoOrder(axes: ParetoAxes, higherIsBetter: BetterDirections, signal: AbortSignal): Promise<ParetoOrder>;
  /** Returns what the curves of each run show. @throws the signal's reason at once where it is aborted */
  curveFindings(runs: readonly RunCurves[], signal: AbortSignal): Promise<readonly CurveFindings[]>;
  /** @throws the signal's reason at once where it is aborted; the thread then stops within a chunk of draws */
  comparePredictions(input: PredictionsInput, signal: AbortSignal): Promise<PredictionsComparison>;
  /** Returns undefined if no item has values that count. @throws the signal's reason at once where it is aborted */
  summarizeBehaviour<Kind extends BehaviourKind>(
    input: SummaryInput<Kind>,
    signal: AbortSignal,
  ): Promise<BehaviourSummaries[Kind]["summary"] | undefined>;
  close(): Promise<void>;
}

export interface DerivationPoolSettings {
  /** Maximum number of threads. */
  readonly threads?: number | undefined;
  /** Called at the end of each task, also of one that was stopped. */
  readonly observe?: ((work: ThreadWork) => void) | undefined;
}

const DEFAULT_THREADS = 1;
/** A thread without a task ends after this time, and frees its memory. */
const IDLE_MILLISECONDS = 60_000;
/** Maximum heap of a thread. The values of 100,000 runs need about 30 MB. */
const THREAD_MEGABYTES = 512;

/** Opens the pool. Its first thread starts with the first task. */
export function openDerivationPool({
  threads = DEFAULT_THREADS,
  observe,
}: DerivationPoolSettings = {}): DerivationPool {
  const pool = new Piscina({
    filename: new URL("./derivation-thread.js", import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MILLISECONDS,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEGABYTES },
  });

  /** Runs one of the functions of derivation-thread.ts. */
  function run<Result extends { readonly work: ThreadWork }>(name: string, task: unknown): Promise<Result> {
    const result = pool.run(task, { name }) as Promise<Result>;
    void result.then(({ work }) => observe?.(work)).catch(() => undefined);
    return result;
  }

  /** Runs a function of derivation-thread.ts that reads a flag, which the signal sets. */
  async function runStoppable<Result extends { readonly work: ThreadWork }>(
    name: string,
    input: unknown,
    signal: AbortSignal,
  ): Promise<Result> {
    signal.throwIfAborted();
    const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    // Piscina's own signal would end the thread, and the next task would wait for another one to start.
    const result = run<Result>(name, { input, stop });
    return stoppedBy(result, signal, () => Atomics.store(new Int32Array(stop), 0, 1));
  }

  return {
    async degradations(input, signal) {
      const { degradations } = await runStoppable<DegradationResult>("degradationTask", packInput(input), signal);
      if (degradations === undefined) throw new Error("A derivation thread stopped without an abort.");
      return degradations;
    },
    async paretoOrder(axes, higherIsBetter, signal) {
      signal.throwIfAborted();
      const result = run<ParetoResult>("paretoTask", { axes, higherIsBetter });
      return (await stoppedBy(result, signal, () => undefined)).order;
    },
    async curveFindings(runs, signal) {
      signal.throwIfAborted();
      const result = run<CurveResult>("curveTask", { runs: runs.map(packCurves) });
      return (await stoppedBy(result, signal, () => undefined)).findings;
    },
    async comparePredictions(input, signal) {
      const { comparison } = await runStoppable<PredictionsResult>("predictionsTask", input, signal);
      if (comparison === undefined) throw new Error("A derivation thread stopped without an abort.");
      return comparison;
    },
    async summarizeBehaviour<Kind extends BehaviourKind>(input: SummaryInput<Kind>, signal: AbortSignal) {
      signal.throwIfAborted();
      const result = run<BehaviourTaskResult>("behaviourTask", input);
      const { summary } = await stoppedBy(result, signal, () => undefined);
      return summary;
    },
    close: () => pool.destroy(),
  };
}

/** Returns the result. Where the signal is aborted first, it calls `stop` and rejects with the signal's reason. */
function stoppedBy<Result>(result: Promise<Result>, signal: AbortSignal, stop: () => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    function onAbort(): void {
      stop();
      reject(signal.reason as Error);
    }
    signal.addEventListener("abort", onAbort, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function packCurves(curves: RunCurves): PackedCurves {
  return new Map(
    [...curves].map(([name, { steps, values }]) => [
      name,
      { steps: Float64Array.from(steps), values: Float64Array.from(values) },
    ]),
  );
}
