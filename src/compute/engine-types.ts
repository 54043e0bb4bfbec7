/** What the engine takes: plain values that can be passed between threads. */

import type { PairFacts, Provider, SpectrumFacts, SubspaceFacts } from "../model/computed-facts.js";

/** Row-major values; float32 where the file holds no more, so that nothing is converted for nothing. */
export type Values = Float32Array | Float64Array;

/** The factors of one update dW = B A, scaling left out: A is rank x inFeatures, B is outFeatures x rank. */
export interface Factors {
  readonly rank: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly a: Values;
  readonly b: Values;
}

/** Two members of one layer, by their place in it. */
export interface Pair {
  readonly left: number;
  readonly right: number;
  /** The right one's scaling over the left one's; the distance is |dW_left - scalingRatio dW_right|. */
  readonly scalingRatio: number;
}

/** The updates of one layer and which of them to compare. All layers of one call have one inFeatures and outFeatures. */
export interface LayerTask {
  readonly members: readonly Factors[];
  readonly pairs: readonly Pair[];
}

/** How an engine chooses its provider. */
export interface EngineOptions {
  /** `auto` takes by problem size what is there; a name takes that one for everything it can hold. */
  readonly provider: Provider | "auto";
  /** Floating-point operations from which a provider is faster than the CPU on this machine; unknown ones have defaults. */
  readonly crossings: Readonly<Partial<Record<Provider, number>>>;
  /** Threads that ONNX Runtime's CPU provider uses inside one run. */
  readonly cpuThreads: number;
}

/** Computes facts about low-rank updates on ONNX Runtime. `run` blocks the thread: an engine lives in a worker thread. */
export interface Engine {
  /** One list of facts a layer, in the order of its pairs. */
  comparePairs(layers: readonly LayerTask[]): Promise<PairFacts[][]>;
  compareSubspaces(layers: readonly LayerTask[]): Promise<SubspaceFacts[][]>;
  /** One entry a member, in order; all members have one inFeatures and outFeatures, ranks may differ. */
  spectra(members: readonly Factors[]): Promise<SpectrumFacts[]>;
  close(): Promise<void>;
}
