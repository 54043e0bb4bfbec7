/** The engine, its kernels and their inputs; the inputs are plain values that can be passed between threads. */

import type { Provider } from "../model/computed-facts.js";
import type { Sessions } from "./onnx/sessions.js";

/** Row-major values: float32 unless the file holds float64, to avoid needless conversion. */
export type Values = Float32Array | Float64Array;

/** The factors of one update dW = B A, scaling left out: A is rank x inFeatures, B is outFeatures x rank. */
export interface Factors {
  readonly rank: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly a: Values;
  readonly b: Values;
}

/** Two members of one layer, by their indices; both are the same for facts about one update. */
export interface Pair {
  readonly left: number;
  readonly right: number;
  /** The right update's scaling over the left one's; the distance is |B1 A1 - scalingRatio B2 A2|. */
  readonly scalingRatio: number;
}

/** The updates of one layer and the pairs of them to compute. All layers of one call have one inFeatures and outFeatures. */
export interface LayerTask {
  readonly members: readonly Factors[];
  readonly pairs: readonly Pair[];
}

/** The providers that a kernel may run on. */
export interface KernelRun {
  /** The selected provider: the CPU in float64, or a GPU in float32. */
  readonly selected: Sessions;
  /** The CPU, in float64. */
  readonly cpu: Sessions;
  /** Why another provider than the configured one was selected; null where the configured one was. */
  readonly fallback: string | null;
}

/** Computes facts about pairs of updates of layers of one shape with one number of members each. */
export type PairKernel<Facts> = (layers: readonly LayerTask[], run: KernelRun) => Promise<Facts[][]>;

/** Computes facts about single updates of one shape and rank, on the CPU. */
export type UpdateKernel<Facts> = (updates: readonly Factors[], cpu: Sessions) => Promise<Facts[]>;

/** The options by which an engine selects its provider. */
export interface EngineOptions {
  /** `auto` selects by problem size among the providers that work here; a name selects that provider for every problem. */
  readonly provider: Provider | "auto";
  /**
   * Floating-point operations from which each provider is faster than the CPU on this machine, as calibration measured
   * them; DEFAULT_BREAK_EVEN_FLOPS where it did not.
   */
  readonly breakEvenFlops: Readonly<Partial<Record<Provider, number>>>;
  /** Threads that ONNX Runtime's CPU provider uses inside one run. */
  readonly cpuThreads: number;
}

/** Computes facts about low-rank updates on ONNX Runtime. A run blocks its thread, so an engine lives in a worker thread. */
export interface Engine {
  /** Returns one list of facts a layer, in the order of its pairs. */
  comparePairs<Facts>(kernel: PairKernel<Facts>, layers: readonly LayerTask[]): Promise<Facts[][]>;
  /** Returns the facts about the left update of each pair: one list a layer, in the order of its pairs. */
  describeUpdates<Facts>(kernel: UpdateKernel<Facts>, layers: readonly LayerTask[]): Promise<Facts[][]>;
  close(): Promise<void>;
}
