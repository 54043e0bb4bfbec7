import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Eigenvectors of a symmetric matrix (size x size, row-major), as columns; exact powers of two keep it from under- and overflow. */
export function eigenvectors(gram: ArrayLike<number>, size: number): Matrix {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += gram[i * (size + 1)] ?? 0;
  const scale = trace > 0 ? 2 ** -Math.round(Math.log2(trace)) : 1;
  const normal = Matrix.from1DArray(
    size,
    size,
    Array.from(gram, (value) => value * scale),
  );
  return new EigenvalueDecomposition(normal, { assumeSymmetric: true }).eigenvectorMatrix;
}

/**
 * R with A = R Q, where Q has orthonormal rows, for a matrix A of `size` rows of which two things are known: `vectors` V,
 * the eigenvectors of A A^T as columns, and `rotatedGram`, the Gram matrix of V^T A, row-major.
 *
 * The root of A A^T itself knows A's singular values only down to sqrt(eps) of the greatest, as squaring loses half the
 * digits. The rows of V^T A are orthogonal up to rounding and computed anew from A, each to eps |A|; scaled to length 1
 * their Gram matrix is all but the identity, and its root is exact: V^T A = D C^(1/2) Q with D their lengths, so that
 * R = V D C^(1/2), which errs by about eps |A|. (The idea is that of a second step of Cholesky QR: Yamamoto et al.,
 * "Roundoff error analysis of the CholeskyQR2 algorithm", ETNA 44, 2015.)
 */
export function gramRoot(vectors: Matrix, rotatedGram: ArrayLike<number>, size: number): Matrix {
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
