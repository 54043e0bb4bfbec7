import type { Execution, SubspaceFacts as StoredSubspaceFacts } from "../../model/computed-facts.js";
import type { UndefinedReason } from "../../model/enums/similarity.js";

/** The overlaps of the singular subspaces of two updates. */
export type SubspaceFacts = Omit<StoredSubspaceFacts, keyof Execution>;

/** The shape of the layer that both updates belong to. */
export interface SubspaceShape {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Whether the base model stores the weight as in x out. Left and right of dW, as it is added, are then swapped. */
  readonly transposed: boolean;
}

/** Number of leading directions to compare. Undefined is all. */
export interface Directions {
  readonly baseline?: number | undefined;
  readonly candidate?: number | undefined;
}

export interface SubspaceSimilarity {
  /** Number of directions that were compared, at most as many as requested. Null if undefined. */
  readonly baselineDirections: number | null;
  readonly candidateDirections: number | null;
  /** phi(i, j) of the left singular vectors of dW as the base model stores it, from 0 to 1. */
  readonly left: number | null;
  /** phi(i, j) of the right singular vectors. */
  readonly right: number | null;
  /** Mean phi(i, j) of random subspaces with these sizes: max(i, j) / n. */
  readonly expectedRandomLeft: number | null;
  readonly expectedRandomRight: number | null;
  /** The larger of the two. */
  readonly expectedRandom: number | null;
  /** Principal angles between the whole subspaces in radians, ascending. Empty if undefined. */
  readonly leftPrincipalAngles: readonly number[];
  readonly rightPrincipalAngles: readonly number[];
  readonly undefinedReason: UndefinedReason | null;
}

/** Returns a subspace similarity without any defined value. */
export function undefinedSubspaces(undefinedReason: UndefinedReason): SubspaceSimilarity {
  return {
    baselineDirections: null,
    candidateDirections: null,
    left: null,
    right: null,
    expectedRandomLeft: null,
    expectedRandomRight: null,
    expectedRandom: null,
    leftPrincipalAngles: [],
    rightPrincipalAngles: [],
    undefinedReason,
  };
}

/**
 * Returns phi(i, j) = |U1_i^T U2_j|_F^2 / min(i, j) of the first i and j singular vectors, left and right (LoRA, arXiv
 * 2106.09685, section 7.2). The expectation for independent random subspaces of R^n is max(i, j) / n, because the squared
 * inner product of two random unit vectors has mean 1 / n. Scalings have no effect.
 */
export function subspaceSimilarity(
  facts: SubspaceFacts,
  shape: SubspaceShape,
  directions: Directions = {},
): SubspaceSimilarity {
  const { leftRank, rightRank } = facts;
  const isEmpty = facts.outOverlaps.length === 0 || facts.inOverlaps.length === 0;
  if (leftRank === 0 && rightRank === 0 && isEmpty) return undefinedSubspaces("NOT_FINITE");
  if (isEmpty) return undefinedSubspaces("ZERO_UPDATE");
  const i = Math.min(directions.baseline ?? leftRank, leftRank);
  const j = Math.min(directions.candidate ?? rightRank, rightRank);
  const { left, right } = overlapsByVectors(facts, shape);
  const expectedRandomLeft = Math.max(i, j) / left.dimension;
  const expectedRandomRight = Math.max(i, j) / right.dimension;
  return {
    baselineDirections: i,
    candidateDirections: j,
    left: phi(left.overlaps, rightRank, i, j),
    right: phi(right.overlaps, rightRank, i, j),
    expectedRandomLeft,
    expectedRandomRight,
    expectedRandom: Math.max(expectedRandomLeft, expectedRandomRight),
    leftPrincipalAngles: left.cosines.map(angle),
    rightPrincipalAngles: right.cosines.map(angle),
    undefinedReason: null,
  };
}

/** phi(i, j) at [i - 1][j - 1], leftRank x rightRank, of the left and of the right singular vectors. */
interface SubspaceGrids {
  readonly left: number[][];
  readonly right: number[][];
}

/** Returns phi(i, j) for every i and j. */
export function subspaceGrids(facts: SubspaceFacts, shape: SubspaceShape): SubspaceGrids {
  const { left, right } = overlapsByVectors(facts, shape);
  return { left: phiGrid(left.overlaps, facts), right: phiGrid(right.overlaps, facts) };
}

/** The overlaps of the left, or of the right, singular vectors. */
interface VectorOverlaps {
  /** Squared inner products, row-major leftRank x rightRank. */
  readonly overlaps: readonly number[];
  /** Cosines of the principal angles, descending. */
  readonly cosines: readonly number[];
  /** n: length of the singular vectors. */
  readonly dimension: number;
}

function overlapsByVectors(
  facts: SubspaceFacts,
  shape: SubspaceShape,
): { readonly left: VectorOverlaps; readonly right: VectorOverlaps } {
  const out = { overlaps: facts.outOverlaps, cosines: facts.outCosines, dimension: shape.outFeatures };
  const into = { overlaps: facts.inOverlaps, cosines: facts.inCosines, dimension: shape.inFeatures };
  return shape.transposed ? { left: into, right: out } : { left: out, right: into };
}

function phi(overlaps: readonly number[], columns: number, i: number, j: number): number {
  let sum = 0;
  for (let row = 0; row < i; row++) {
    for (let column = 0; column < j; column++) sum += overlaps[row * columns + column] ?? 0;
  }
  return bounded(sum / Math.min(i, j));
}

/** Returns phi for every i and j, each sum from the row above and the sum along its own row. */
function phiGrid(overlaps: readonly number[], { leftRank, rightRank }: SubspaceFacts): number[][] {
  if (overlaps.length === 0) return [];
  let sumsAbove = new Array<number>(rightRank).fill(0);
  return Array.from({ length: leftRank }, (_, row) => {
    let sumOfRow = 0;
    sumsAbove = sumsAbove.map((sum, column) => {
      sumOfRow += overlaps[row * rightRank + column] ?? 0;
      return sum + sumOfRow;
    });
    return sumsAbove.map((sum, column) => bounded(sum / Math.min(row + 1, column + 1)));
  });
}

/** Returns a share bounded to [0, 1] against rounding. */
function bounded(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** Returns the angle in radians. Angles below about 1e-8 are lost in the rounding of the cosine. */
function angle(cosine: number): number {
  return Math.acos(bounded(cosine));
}
