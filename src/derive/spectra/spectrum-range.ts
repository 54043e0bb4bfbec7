import { quantile } from "../statistics/quantile.js";

/** One singular value's place in the spectra of several layers. */
export interface SpectrumRange {
  /** From 1. */
  readonly k: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
  /** Layers that have a k-th singular value. */
  readonly layers: number;
}

/** The k-th greatest singular values of several layers side by side: their median and their range. */
export function spectrumRange(spectra: readonly (readonly number[])[]): SpectrumRange[] {
  const longest = Math.max(0, ...spectra.map(({ length }) => length));
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
