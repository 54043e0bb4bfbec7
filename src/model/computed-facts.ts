/** What is computed from weights, as it is stored and returned. */

export type Provider = "cpu" | "webgpu" | "cuda";
export type Precision = "float32" | "float64";

/** Which provider and precision a value really came from. */
export interface Execution {
  readonly provider: Provider;
  readonly precision: Precision;
  /** Why another provider than the one chosen was used; null where none failed. */
  readonly fallback: string | null;
}

/** Two updates, scalings left out except for the ratio in the distance; all null where a weight is not finite. */
export interface PairFacts extends Execution {
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
export interface SubspaceFacts extends Execution {
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
export interface SpectrumFacts extends Execution {
  /** All r of them, descending; empty where a weight is not finite. */
  readonly singularValues: readonly number[];
  /** |B A|^2; null where a weight is not finite. */
  readonly squaredNorm: number | null;
}
