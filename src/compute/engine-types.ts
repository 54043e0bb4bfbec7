/** What the engine takes and yields: plain values that can be passed between threads. */

export type Provider = "cpu" | "webgpu" | "cuda";
export type Precision = "float32" | "float64";

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

/** Which provider and precision a value really came from. */
export interface Provenance {
  readonly provider: Provider;
  readonly precision: Precision;
  /** Why another provider than the one chosen was used; null where none failed. */
  readonly fallback: string | null;
}

/** Two updates, scalings left out except for the ratio in the distance; all null where a weight is not finite. */
export interface PairFacts extends Provenance {
  /** <B1 A1, B2 A2> */
  readonly innerProduct: number | null;
  /** |B1 A1|^2 */
  readonly leftSquaredNorm: number | null;
  /** |B2 A2|^2 */
  readonly rightSquaredNorm: number | null;
  /** |B1 A1 - scalingRatio B2 A2|^2 */
  readonly squaredDistance: number | null;
  /** cos(A1, A2): near 1 when both runs started from the same A; null where the shapes differ or a norm is 0. */
  readonly initialCosine: number | null;
}

/**
 * How the singular subspaces of two updates lie to each other. `out` are left singular vectors of B A (outFeatures
 * long), `in` right ones (inFeatures long). All lists are empty where a weight is not finite or an update is zero.
 */
export interface SubspaceFacts extends Provenance {
  /** Numerical ranks: directions with a singular value above outFeatures-or-inFeatures * eps * the greatest. */
  readonly leftRank: number;
  readonly rightRank: number;
  /** (u1_i . u2_j)^2, row-major leftRank x rightRank */
  readonly outOverlaps: readonly number[];
  /** (v1_i . v2_j)^2, row-major leftRank x rightRank */
  readonly inOverlaps: readonly number[];
  /** Cosines of the principal angles between the whole subspaces, descending, min(leftRank, rightRank) of them. */
  readonly outCosines: readonly number[];
  readonly inCosines: readonly number[];
}

/** The singular values of one unscaled update. */
export interface SpectrumFacts extends Provenance {
  /** All r of them, descending; empty where a weight is not finite. */
  readonly singularValues: readonly number[];
  /** |B A|^2; null where a weight is not finite. */
  readonly squaredNorm: number | null;
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
