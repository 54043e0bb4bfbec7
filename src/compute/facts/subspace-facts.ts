import { Matrix, SingularValueDecomposition } from "ml-matrix";
import type { SubspaceFacts } from "../../model/computed-facts.js";
import type { KernelRun, LayerTask, Pair } from "../engine-types.js";
import { stackFactors } from "../onnx/stack-factors.js";
import { decomposeUpdates } from "./decompose-updates.js";
import { copyBlock, factorGrams, type FactorGrams } from "./factor-grams.js";
import { FLOAT64_CPU, type UpdateSvd } from "./update-svd.js";

/** Compares the singular subspaces of pairs of updates of layers of one shape with one number of members each. */
export async function subspaceFacts(layers: readonly LayerTask[], { cpu }: KernelRun): Promise<SubspaceFacts[][]> {
  const members = layers.map((layer) => layer.members);
  const stack = stackFactors(members, "float64");
  const grams = await factorGrams(cpu, stack);
  const decomposed = await decomposeUpdates(cpu, members, stack, grams);
  return layers.map(({ pairs }, layer) =>
    pairs.map((pair) => {
      const svds = decomposed[layer];
      return pairSubspaces(pair, grams[layer], svds?.[pair.left], svds?.[pair.right]);
    }),
  );
}

function pairSubspaces(
  { left, right }: Pair,
  grams: FactorGrams | undefined,
  leftSvd: UpdateSvd | undefined,
  rightSvd: UpdateSvd | undefined,
): SubspaceFacts {
  if (
    grams === undefined ||
    leftSvd === undefined ||
    rightSvd === undefined ||
    leftSvd.rank === 0 ||
    rightSvd.rank === 0
  ) {
    return UNDEFINED_FACTS;
  }
  const block = {
    firstRow: left * grams.paddedRank,
    firstColumn: right * grams.paddedRank,
    rows: leftSvd.leftOfB.rows,
    columns: rightSvd.leftOfB.rows,
  };
  const out = subspaceOverlap(copyBlock(grams.b, grams.size, block), leftSvd.leftOfB, rightSvd.leftOfB);
  const into = subspaceOverlap(copyBlock(grams.a, grams.size, block), leftSvd.rightOfA, rightSvd.rightOfA);
  return {
    leftRank: leftSvd.rank,
    rightRank: rightSvd.rank,
    outOverlaps: out.overlaps,
    inOverlaps: into.overlaps,
    outCosines: out.cosines,
    inCosines: into.cosines,
    ...FLOAT64_CPU,
  };
}

const UNDEFINED_FACTS: SubspaceFacts = {
  leftRank: 0,
  rightRank: 0,
  outOverlaps: [],
  inOverlaps: [],
  outCosines: [],
  inCosines: [],
  ...FLOAT64_CPU,
};

interface SubspaceOverlap {
  /** (x1_i . x2_j)^2, row-major rank1 x rank2 */
  readonly overlaps: readonly number[];
  /** Cosines of the principal angles, descending (Björck and Golub 1973). */
  readonly cosines: readonly number[];
}

/**
 * Compares two sets of orthonormal directions X_1 = F_1 C_1 and X_2 = F_2 C_2.
 *
 * @param cross the cross Gram matrix F_1^T F_2 (r1 x r2, row-major) of the factors
 * @param left C_1, r1 x rank1
 * @param right C_2, r2 x rank2
 */
function subspaceOverlap(cross: ArrayLike<number>, left: Matrix, right: Matrix): SubspaceOverlap {
  if (left.columns === 0 || right.columns === 0) return { overlaps: [], cosines: [] };
  const product = new Matrix(left.rows, right.rows);
  for (let i = 0; i < left.rows; i++) {
    for (let j = 0; j < right.rows; j++) product.set(i, j, cross[i * right.rows + j] ?? 0);
  }
  const inner = left.transpose().mmul(product).mmul(right);
  const { diagonal } = new SingularValueDecomposition(inner, { autoTranspose: true });
  return {
    overlaps: inner.to1DArray().map((value) => toUnitInterval(value ** 2)),
    cosines: diagonal.map(toUnitInterval).sort((one, other) => other - one),
  };
}

/** Clamps a value to [0, 1], which rounding may exceed slightly. */
function toUnitInterval(value: number): number {
  return Math.min(1, Math.max(0, value));
}
