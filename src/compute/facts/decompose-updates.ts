import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Tensor } from "onnxruntime-node";
import type { Factors } from "../engine-types.js";
import { rotatedGramsGraph } from "../onnx/graphs.js";
import type { Sessions } from "../onnx/sessions.js";
import { floatTensor, type FactorStack, type StackShape } from "../onnx/stack-factors.js";
import { copyBlock, type FactorGrams } from "./factor-grams.js";
import { updateSvd, type UpdateSvd } from "./update-svd.js";

/** The eigenvectors of one update's Gram matrices A A^T and B^T B, as columns. */
interface GramVectors {
  readonly a: Matrix;
  readonly b: Matrix;
}

/**
 * Decomposes every member of layers of one shape with one number of members; undefined where a weight, or its square, is not
 * finite. The factors are multiplied a second time with their rows combined (see gramRoot).
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

/**
 * Returns the eigenvectors of a symmetric size x size matrix (row-major), as columns. The matrix is scaled by a power of two,
 * which is exact, against underflow and overflow.
 */
function eigenvectors(gram: ArrayLike<number>, size: number): Matrix {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += gram[i * (size + 1)] ?? 0;
  const scale = trace > 0 ? 2 ** -Math.round(Math.log2(trace)) : 1;
  const scaled = Matrix.from1DArray(
    size,
    size,
    Array.from(gram, (value) => value * scale),
  );
  return new EigenvalueDecomposition(scaled, { assumeSymmetric: true }).eigenvectorMatrix;
}

/**
 * Returns R with A = R Q, where Q has orthonormal rows, for a matrix A of `size` rows.
 *
 * The root of A A^T itself has A's singular values only down to sqrt(eps) of the largest one, since squaring loses half the
 * digits. The rows of V^T A are orthogonal up to rounding; computed anew from A, each has an error of eps |A|. Scaled to
 * length 1, their Gram matrix is the identity up to rounding, and its root is exact: V^T A = D C^(1/2) Q with D their
 * lengths, so that R = V D C^(1/2) has an error of about eps |A|. (The second step of Cholesky QR rests on the same idea:
 * Yamamoto et al., "Roundoff error analysis of the CholeskyQR2 algorithm", ETNA 44, 2015.)
 *
 * @param vectors V, the eigenvectors of A A^T as columns
 * @param rotatedGram the Gram matrix of V^T A, row-major
 */
function gramRoot(vectors: Matrix, rotatedGram: ArrayLike<number>, size: number): Matrix {
  const at = (p: number, q: number) => rotatedGram[p * size + q] ?? NaN;
  const lengths = Array.from({ length: size }, (_, p) => Math.sqrt(Math.max(0, at(p, p))));
  const correlations = Matrix.eye(size);
  for (let p = 0; p < size; p++) {
    for (let q = 0; q < p; q++) {
      const [one, other] = [lengths[p] ?? 0, lengths[q] ?? 0];
      const value = one === 0 || other === 0 ? 0 : at(p, q) / one / other;
      correlations.set(p, q, value);
      correlations.set(q, p, value);
    }
  }
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(correlations, { assumeSymmetric: true });
  const roots = realEigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  return vectors.clone().mulRowVector(lengths).mmul(eigenvectorMatrix.mulRowVector(roots));
}
