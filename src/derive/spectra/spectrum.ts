import type { UndefinedReason } from "../undefined-reason.js";

/** The singular values of one unscaled update B A, as they are stored. */
export interface SpectrumFacts {
  /** Descending; empty where a weight is not finite. */
  readonly singularValues: readonly number[];
  /** |B A|^2; null where a weight is not finite. */
  readonly squaredNorm: number | null;
}

/** How an update dW = s B A spreads over its directions. */
export interface Spectrum {
  /** |dW|, Frobenius. */
  readonly norm: number | null;
  /** Of dW, descending, as many as the adapter's rank; empty where undefined. */
  readonly singularValues: readonly number[];
  /** |dW|_F^2 / sigma_1^2, from 1 to r (Rudelson and Vershynin 2007, J. ACM 54). */
  readonly stableRank: number | null;
  /** exp(-sum p ln p) with p = sigma / sum sigma, from 1 to r (Roy and Vetterli 2007, EUSIPCO). */
  readonly effectiveRank: number | null;
  /** Effective rank / r, at most 1. */
  readonly utilisation: number | null;
  /** The least k with sum_{i<=k} sigma_i^2 >= 0.9 sum sigma_i^2. */
  readonly k90: number | null;
  /** Why a value is null. */
  readonly undefinedReason: UndefinedReason | null;
}

/** The share of the squared norm that the first k90 directions carry. */
const K90_SHARE = 0.9;

/** A spectrum of which nothing is defined. */
export function undefinedSpectrum(undefinedReason: UndefinedReason): Spectrum {
  return { norm: null, singularValues: [], ...NO_DIRECTION, undefinedReason };
}

const NO_DIRECTION = { stableRank: null, effectiveRank: null, utilisation: null, k90: null };

/** What the singular values of B A (r of them) say of dW = scaling * B A. A zero update has norm 0 and no direction. */
export function spectrum(facts: SpectrumFacts, scaling: number): Spectrum {
  const scale = Math.abs(scaling);
  const singularValues = facts.singularValues.map((value) => scale * value);
  if (facts.squaredNorm === null || singularValues.length === 0) return undefinedSpectrum("NOT_FINITE");
  const norm = scale * Math.sqrt(facts.squaredNorm);
  // Finite factors can still overflow when they are scaled.
  if (![norm, ...singularValues].every(Number.isFinite)) return undefinedSpectrum("NOT_FINITE");
  const greatest = singularValues[0] ?? 0;
  if (greatest === 0 || norm === 0) {
    return { norm, singularValues, ...NO_DIRECTION, undefinedReason: "ZERO_UPDATE" };
  }
  // In units of a power of two near the greatest: no square overflows or vanishes, and none is rounded for it.
  const unit = 2 ** Math.floor(Math.log2(greatest));
  const relative = singularValues.map((value) => value / unit);
  const squares = relative.map((value) => value ** 2);
  const effectiveRank = Math.exp(entropy(relative));
  return {
    norm,
    singularValues,
    stableRank: sum(squares) / (squares[0] ?? 1),
    effectiveRank,
    utilisation: effectiveRank / singularValues.length,
    k90: leastCount(squares, K90_SHARE),
    undefinedReason: null,
  };
}

/** Shannon entropy of `values` as shares of their sum, in nats; 0 ln 0 is 0. */
function entropy(values: readonly number[]): number {
  const total = sum(values);
  return sum(values.map((value) => (value === 0 ? 0 : -(value / total) * Math.log(value / total))));
}

/** How many of the first `values` reach `share` of their sum. */
function leastCount(values: readonly number[], share: number): number {
  const wanted = share * sum(values);
  let reached = 0;
  return 1 + values.findIndex((value) => (reached += value) >= wanted);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
