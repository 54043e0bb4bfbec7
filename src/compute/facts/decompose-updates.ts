import type { Tensor } from "onnxruntime-node";
import type { Matrix } from "ml-matrix";
import type { Factors } from "../engine-types.js";
import { rotatedGramsGraph } from "../onnx/graphs.js";
import type { Sessions } from "../onnx/sessions.js";
import { floatTensor, type FactorStack, type StackShape } from "../onnx/stack-factors.js";
import { copyBlock, type FactorGrams } from "./factor-grams.js";
import { eigenvectors, gramRoot } from "./gram-root.js";
import { updateSvd, type UpdateSvd } from "./update-svd.js";

/** The eigenvectors of one update's Gram matrices A A^T and B^T B, as columns. */
interface GramVectors {
  readonly a: Matrix;
  readonly b: Matrix;
}

/**
 * Decomposes every member of layers of one shape with one number of members; undefined where a weight, or its square, is not
 * finite. The factors are multiplied a second time with their rows combined (see gram-root.ts).
 */
export async function decomposeUpdates(
  cpu: Sessions,
  layers: readonly (readonly Factors[])[],
  stack: FactorStack,
  grams: readonly FactorGrams[],
): Promise<(UpdateSvd | undefined)[][]> {
  const { shape } = stack;
  const vectors = layers.map((members, layer) => members.map(({ rank }, i) => gramVectors(grams[layer], i, rank)));
  const { gramA, gramB } = await rotatedGrams(cpu, stack, vectors.flat());
  return layers.map((members, layer) =>
    members.map(({ rank }, i) => {
      const own = vectors[layer]?.[i];
      if (own === undefined) return undefined;
      const position = layer * shape.members + i;
      const rootA = gramRoot(own.a, ownBlock(gramA, position, shape.rank, rank), rank);
      const rootB = gramRoot(own.b, ownBlock(gramB, position, shape.rank, rank), rank);
      return updateSvd(rootA, rootB, shape.inFeatures, shape.outFeatures);
    }),
  );
}

/** Returns the eigenvectors of a member's Gram matrices; undefined where these are not finite. */
function gramVectors(grams: FactorGrams | undefined, member: number, rank: number): GramVectors | undefined {
  if (grams === undefined) return undefined;
  const first = member * grams.paddedRank;
  const own = { firstRow: first, firstColumn: first, rows: rank, columns: rank };
  const a = copyBlock(grams.a, grams.size, own);
  const b = copyBlock(grams.b, grams.size, own);
  if (!a.every(Number.isFinite) || !b.every(Number.isFinite)) return undefined;
  return { a: eigenvectors(a, rank), b: eigenvectors(b, rank) };
}

async function rotatedGrams(
  cpu: Sessions,
  { shape, precision, feeds }: FactorStack,
  vectors: readonly (GramVectors | undefined)[],
): Promise<{ gramA: Float32Array | Float64Array; gramB: Float32Array | Float64Array }> {
  const { gramA, gramB } = await cpu.run(rotatedGramsGraph, precision, {
    a: feeds.a,
    b: feeds.b,
    rotationA: rotations(
      vectors.map((own) => own?.a),
      shape,
    ),
    rotationB: rotations(
      vectors.map((own) => own?.b),
      shape,
    ),
  });
  if (gramA === undefined || gramB === undefined) throw new Error("The rotated-grams graph lacks an output.");
  return { gramA, gramB };
}

/** Returns the transposed eigenvectors of all members as [L, N, R, R]; zeros where there are none. */
function rotations(vectors: readonly (Matrix | undefined)[], { layers, members, rank }: StackShape): Tensor {
  const values = new Float64Array(layers * members * rank ** 2);
  vectors.forEach((matrix, position) => {
    if (matrix === undefined) return;
    for (let p = 0; p < matrix.columns; p++) {
      for (let q = 0; q < matrix.rows; q++) values[(position * rank + p) * rank + q] = matrix.get(q, p);
    }
  });
  return floatTensor(values, [layers, members, rank, rank]);
}

/** Returns a member's rank x rank block of a [L, N, R, R] tensor, without its padding. */
function ownBlock(
  values: Float32Array | Float64Array,
  position: number,
  paddedRank: number,
  rank: number,
): Float64Array {
  const elements = paddedRank ** 2;
  const own = values.subarray(position * elements, (position + 1) * elements);
  return copyBlock(own, paddedRank, { firstRow: 0, firstColumn: 0, rows: rank, columns: rank });
}
