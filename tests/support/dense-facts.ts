import { Matrix, SingularValueDecomposition } from "ml-matrix";
import type { PairFacts, Execution, SpectrumFacts, SubspaceFacts } from "#src/model/computed-facts.js";

/** The factors of one update, row by row. */
export interface DenseFactors {
  /** r x in */
  readonly a: readonly (readonly number[])[];
  /** out x r */
  readonly b: readonly (readonly number[])[];
}

// The engine never forms dW. This reference computes the same results from an explicitly formed dW, in float64.

const PROVENANCE: Execution = { provider: "cpu", precision: "float64", fallback: null };

export function densePairFacts(left: DenseFactors, right: DenseFactors, scalingRatio: number): PairFacts {
  const [w1, w2] = [update(left), update(right)];
  const [a1, a2] = [matrix(left.a), matrix(right.a)];
  const sameA = a1.rows === a2.rows && a1.columns === a2.columns;
  const facts = {
    innerProduct: inner(w1, w2),
    leftSquaredNorm: inner(w1, w1),
    rightSquaredNorm: inner(w2, w2),
    squaredDistance: squaredNorm(Matrix.sub(w1, Matrix.mul(w2, scalingRatio))),
  };
  const initial = sameA ? inner(a1, a2) / Math.sqrt(inner(a1, a1) * inner(a2, a2)) : NaN;
  const isFinite = Object.values(facts).every(Number.isFinite);
  return {
    ...(isFinite
      ? facts
      : { innerProduct: null, leftSquaredNorm: null, rightSquaredNorm: null, squaredDistance: null }),
    initialCosine: isFinite && Number.isFinite(initial) ? initial : null,
    ...PROVENANCE,
  };
}

export function denseSubspaceFacts(left: DenseFactors, right: DenseFactors): SubspaceFacts {
  const [one, other] = [directions(left), directions(right)];
  const nothing = { outOverlaps: [], inOverlaps: [], outCosines: [], inCosines: [] };
  const ranks = { leftRank: one?.rank ?? 0, rightRank: other?.rank ?? 0 };
  if (!one?.rank || !other?.rank) return { ...ranks, ...nothing, ...PROVENANCE };
  const out = one.u.transpose().mmul(other.u);
  const into = one.v.transpose().mmul(other.v);
  return {
    ...ranks,
    outOverlaps: out.to1DArray().map((value) => value ** 2),
    inOverlaps: into.to1DArray().map((value) => value ** 2),
    outCosines: singularValues(out),
    inCosines: singularValues(into),
    ...PROVENANCE,
  };
}

export function denseSpectrumFacts(factors: DenseFactors): SpectrumFacts {
  const w = update(factors);
  const norm = squaredNorm(w);
  if (!Number.isFinite(norm)) return { singularValues: [], squaredNorm: null, ...PROVENANCE };
  const values = singularValues(w);
  const rank = factors.a.length;
  return {
    singularValues: Array.from({ length: rank }, (_, i) => values[i] ?? 0),
    squaredNorm: norm,
    ...PROVENANCE,
  };
}

/** Singular vectors whose singular values exceed rounding errors; undefined if the update is not finite. */
function directions(factors: DenseFactors): { u: Matrix; v: Matrix; rank: number } | undefined {
  const w = update(factors);
  if (!Number.isFinite(squaredNorm(w))) return undefined;
  const svd = new SingularValueDecomposition(w, { autoTranspose: true });
  const least = Math.max(w.rows, w.columns) * Number.EPSILON * (svd.diagonal[0] ?? 0);
  const rank = svd.diagonal.slice(0, factors.a.length).filter((value) => value > least).length;
  const first = (vectors: Matrix) => vectors.subMatrix(0, vectors.rows - 1, 0, Math.max(0, rank - 1));
  return { u: first(svd.leftSingularVectors), v: first(svd.rightSingularVectors), rank };
}

const matrix = (rows: readonly (readonly number[])[]) => new Matrix(rows.map((row) => [...row]));
const update = ({ a, b }: DenseFactors) => matrix(b).mmul(matrix(a));
const inner = (one: Matrix, other: Matrix) => Matrix.mul(one, other).sum();
const squaredNorm = (w: Matrix) => inner(w, w);
const singularValues = (w: Matrix) => [...new SingularValueDecomposition(w, { autoTranspose: true }).diagonal];
