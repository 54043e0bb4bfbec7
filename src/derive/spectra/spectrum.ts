import type { SpectrumFacts } from "../../model/computed-facts.js";
import type { UndefinedReason } from "../../model/enums/similarity.js";
import { quantile } from "../statistics/order-statistics.js";
import { largest } from "../../model/extremes.js";

/** The distribution of an update dW = s B A over its directions. */
export interface Spectrum {
  /** |dW|, Frobenius norm. */
  readonly norm: number | null;
  /** Singular values of dW, descending, r of them. Empty if undefined. */
  readonly singularValues: readonly number[];
  /** |dW|_F^2 / sigma_1^2, from 1 to r (Rudelson and Vershynin 2007, J. ACM 54). */
  readonly stableRank: number | null;
  /** exp(-sum p ln p) with p = sigma / sum sigma, from 1 to r (Roy and Vetterli 2007, EUSIPCO). */
  readonly effectiveRank: number | null;
  /** Effective rank / r, at most 1. */
  readonly utilisation: number | null;
  /** The smallest k with sum_{i<=k} sigma_i^2 >= 0.9 sum sigma_i^2. */
  readonly k90: number | null;
  /** Why a value is null. */
  readonly undefinedReason: UndefinedReason | null;
}

/** The share of the squared norm that the first k90 directions carry. */
const K90_SHARE = 0.9;

/** The measures of an update without a direction. */
const NO_DIRECTION = { stableRank: null, effectiveRank: null, utilisation: null, k90: null };

/** Returns a spectrum without any defined value. */
export function undefinedSpectrum(undefinedReason: UndefinedReason): Spectrum {
  return { norm: null, singularValues: [], ...NO_DIRECTION, undefinedReason };
}

/** Returns the spectrum of dW = scaling * B A from the r singular values of B A. A zero update has norm 0 and no direction. */
export function spectrum(facts: Pick<SpectrumFacts, "singularValues" | "squaredNorm">, scaling: number): Spectrum {
  const scale = Math.abs(scaling);
  const singularValues = facts.singularValues.map((value) => scale * value);
  if (facts.squaredNorm === null || singularValues.length === 0) return undefinedSpectrum("NOT_FINITE");
  const norm = scale * Math.sqrt(facts.squaredNorm);
  // Finite factors can still overflow when they are scaled.
  if (![norm, ...singularValues].every(Number.isFinite)) return undefinedSpectrum("NOT_FINITE");
  const largest = singularValues[0] ?? 0;
  if (largest === 0 || norm === 0) {
    return { norm, singularValues, ...NO_DIRECTION, undefinedReason: "ZERO_UPDATE" };
  }
  // Dividing by a power of two near the largest value is exact, and keeps squares from overflowing or vanishing.
  const unit = 2 ** Math.floor(Math.log2(largest));
  const relative = singularValues.map((value) => value / unit);
  const squares = relative.map((value) => value ** 2);
  const effectiveRank = Math.exp(entropy(relative));
  return {
    norm,
    singularValues,
    stableRank: sum(squares) / (squares[0] ?? 1),
    effectiveRank,
    utilisation: effectiveRank / singularValues.length,
    k90: minimumCount(squares, K90_SHARE),
    undefinedReason: null,
  };
}

/** The k-th singular value over several layers. */
export interface SpectrumRange {
  /** 1 or more. */
  readonly k: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
  /** Number of layers with a k-th singular value. */
  readonly layers: number;
}

/** Returns the median and the range over the layers of the k-th largest singular value, for every k. */
export function spectrumRange(spectra: readonly (readonly number[])[]): SpectrumRange[] {
  const longest = Math.max(0, largest(spectra.map(({ length }) => length)));
  return Array.from({ length: longest }, (_, i) => {
    const values = spectra.flatMap((singularValues) => singularValues[i] ?? []).sort((left, right) => left - right);
    return {
      k: i + 1,
      low: values[0] ?? NaN,
      median: quantile(values, 0.5),
      high: values.at(-1) ?? NaN,
      layers: values.length,
    };
  });
}

/** Returns the Shannon entropy, in nats, of `values` as shares of their sum. 0 ln 0 is 0. */
function entropy(values: readonly number[]): number {
  const total = sum(values);
  return sum(values.map((value) => (value === 0 ? 0 : -(value / total) * Math.log(value / total))));
}

/** Returns how many of the first `values` are needed to reach `share` of their sum. */
function minimumCount(values: readonly number[], share: number): number {
  const target = share * sum(values);
  let reached = 0;
  return 1 + values.findIndex((value) => (reached += value) >= target);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
