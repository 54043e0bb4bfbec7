import type { UndefinedReason } from "../undefined-reason.js";

/** How the singular subspaces of two updates B A lie to each other, as they are stored; empty where undefined. */
export interface SubspaceFacts {
  /** Directions of the baseline and the candidate: numerical ranks. */
  readonly leftRank: number;
  readonly rightRank: number;
  /** (u1_i . u2_j)^2 of left singular vectors, outFeatures long; row-major leftRank x rightRank */
  readonly outOverlaps: readonly number[];
  /** (v1_i . v2_j)^2 of right singular vectors, inFeatures long */
  readonly inOverlaps: readonly number[];
  /** Cosines of the principal angles between the whole subspaces, descending. */
  readonly outCosines: readonly number[];
  readonly inCosines: readonly number[];
}

/** The layer that both updates are of. */
export interface SubspaceShape {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Whether the base model stores the weight as in x out: left and right of dW as it is added are then swapped. */
  readonly transposed: boolean;
}

/** How many leading directions of each side to take; undefined is all. */
export interface Directions {
  readonly baseline?: number | undefined;
  readonly candidate?: number | undefined;
}

export interface SubspaceSimilarity {
  /** Directions taken of each side: as many as were asked for, or as the update has. Null where undefined. */
  readonly baselineDirections: number | null;
  readonly candidateDirections: number | null;
  /** phi(i, j) of the left singular vectors of dW as the base model stores it, from 0 to 1. */
  readonly left: number | null;
  /** phi(i, j) of the right singular vectors. */
  readonly right: number | null;
  /** What random subspaces of these sizes have on average: max(i, j) / n. */
  readonly expectedRandomLeft: number | null;
  readonly expectedRandomRight: number | null;
  /** The larger of the two. */
  readonly expectedRandom: number | null;
  /** Between the whole subspaces, radians, ascending; empty where undefined. */
  readonly leftPrincipalAngles: readonly number[];
  readonly rightPrincipalAngles: readonly number[];
  readonly undefinedReason: UndefinedReason | null;
}

/** A subspace similarity of which nothing is defined. */
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
 * phi(i, j) = |U1_i^T U2_j|_F^2 / min(i, j) of the first i and j singular vectors (LoRA, arXiv 2106.09685, section 7.2),
 * left and right. The expectation for independent random subspaces of R^n is max(i, j) / n, since each squared inner
 * product of two random unit vectors is 1 / n on average. Scalings play no part.
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
  const { left, right } = sides(facts, shape);
  const expected = { left: Math.max(i, j) / left.size, right: Math.max(i, j) / right.size };
  return {
    baselineDirections: i,
    candidateDirections: j,
    left: phi(left.overlaps, rightRank, i, j),
    right: phi(right.overlaps, rightRank, i, j),
    expectedRandomLeft: expected.left,
    expectedRandomRight: expected.right,
    expectedRandom: Math.max(expected.left, expected.right),
    leftPrincipalAngles: left.cosines.map(angle),
    rightPrincipalAngles: right.cosines.map(angle),
    undefinedReason: null,
  };
}

/** phi(i, j) for every i and j: [i - 1][j - 1], leftRank x rightRank, of the left and of the right singular vectors. */
export function subspaceGrids(facts: SubspaceFacts, shape: SubspaceShape): { left: number[][]; right: number[][] } {
  const { left, right } = sides(facts, shape);
  return { left: grid(left.overlaps, facts), right: grid(right.overlaps, facts) };
}

interface Side {
  readonly overlaps: readonly number[];
  readonly cosines: readonly number[];
  /** n: the length of its singular vectors. */
  readonly size: number;
}

function sides(facts: SubspaceFacts, shape: SubspaceShape): { left: Side; right: Side } {
  const out = { overlaps: facts.outOverlaps, cosines: facts.outCosines, size: shape.outFeatures };
  const into = { overlaps: facts.inOverlaps, cosines: facts.inCosines, size: shape.inFeatures };
  return shape.transposed ? { left: into, right: out } : { left: out, right: into };
}

function phi(overlaps: readonly number[], columns: number, i: number, j: number): number {
  let sum = 0;
  for (let row = 0; row < i; row++) {
    for (let column = 0; column < j; column++) sum += overlaps[row * columns + column] ?? 0;
  }
  return bounded(sum / Math.min(i, j));
}

/** The same sums, each from its neighbours: above, and what this row has so far. */
function grid(overlaps: readonly number[], { leftRank, rightRank }: SubspaceFacts): number[][] {
  if (overlaps.length === 0) return [];
  let above = new Array<number>(rightRank).fill(0);
  return Array.from({ length: leftRank }, (_, row) => {
    let along = 0;
    above = above.map((sum, column) => sum + (along += overlaps[row * rightRank + column] ?? 0));
    return above.map((sum, column) => bounded(sum / Math.min(row + 1, column + 1)));
  });
}

/** Rounding may carry a share just past 1. */
const bounded = (share: number) => Math.min(1, Math.max(0, share));

/** Angles below about 1e-8 are lost in the cosine's rounding. */
const angle = (cosine: number) => Math.acos(bounded(cosine));
