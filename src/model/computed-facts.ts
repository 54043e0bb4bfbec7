/** The facts that workers compute from weights, as they are stored and returned. */

import type { UpdatePair, WeightUpdate } from "./weight-updates.js";

/**
 * Version of the meaning and the numerics of the computed facts. Facts of other versions are ignored and computed again, so
 * raise it when either changes.
 */
export const KERNEL_VERSION = 2;

export type Provider = "cpu" | "webgpu" | "cuda";
export type Precision = "float32" | "float64";

/** The provider and precision that computed a value. */
export interface Execution {
  readonly provider: Provider;
  readonly precision: Precision;
  /** Why another provider than the selected one computed it; null where the selected one did. */
  readonly fallback: string | null;
}

/** The kinds of facts, each with the subject that it is computed for and its values. */
interface FactKinds {
  readonly COMPARISON: { readonly subject: UpdatePair; readonly facts: PairFacts };
  readonly SUBSPACE: { readonly subject: UpdatePair; readonly facts: SubspaceFacts };
  readonly SPECTRUM: { readonly subject: WeightUpdate; readonly facts: SpectrumFacts };
}

export type FactKindName = keyof FactKinds;
export type SubjectOf<Kind extends FactKindName> = FactKinds[Kind]["subject"];
export type FactsOf<Kind extends FactKindName> = FactKinds[Kind]["facts"];

/**
 * Inner products and distance of two updates. Scalings are left out, except for their ratio in the distance. All values are
 * null where a weight is not finite.
 */
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
 * Overlaps and angles of the singular subspaces of two updates. `out` are left singular vectors of B A (outFeatures long),
 * `in` right ones (inFeatures long). All lists are empty where a weight is not finite or an update is zero.
 */
export interface SubspaceFacts extends Execution {
  /** Numerical rank: directions with a singular value above max(outFeatures, inFeatures) * eps * the largest one. */
  readonly leftRank: number;
  readonly rightRank: number;
  /** (u1_i . u2_j)^2, row-major leftRank x rightRank */
  readonly outOverlaps: readonly number[];
  /** (v1_i . v2_j)^2, row-major leftRank x rightRank */
  readonly inOverlaps: readonly number[];
  /** Cosines of the principal angles between the whole subspaces, descending: min(leftRank, rightRank) values. */
  readonly outCosines: readonly number[];
  readonly inCosines: readonly number[];
}

/** The singular values of one unscaled update. */
export interface SpectrumFacts extends Execution {
  /** All r values, descending; empty where a weight is not finite. */
  readonly singularValues: readonly number[];
  /** |B A|^2; null where a weight is not finite. */
  readonly squaredNorm: number | null;
}

/** The facts of a pair that depend on which update is left and which is right. */
type OrderedFacts = Pick<PairFacts, "leftSquaredNorm" | "rightSquaredNorm" | "squaredDistance">;

/**
 * Returns the facts of the pair (right, left) from those of (left, right). Each pair is stored once, in the order of its
 * keys.
 *
 * @param scalingRatio the ratio s for which `facts` were computed; the returned distance is for 1 / s, since
 * |dW2 - dW1 / s|^2 = |dW1 - s dW2|^2 / s^2
 */
export function reversePairFacts<Facts extends OrderedFacts>(facts: Facts, scalingRatio: number): Facts {
  const { leftSquaredNorm, rightSquaredNorm, squaredDistance } = facts;
  return {
    ...facts,
    leftSquaredNorm: rightSquaredNorm,
    rightSquaredNorm: leftSquaredNorm,
    squaredDistance: squaredDistance === null ? null : squaredDistance / scalingRatio ** 2,
  };
}
