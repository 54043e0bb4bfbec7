import { quantile } from "../statistics/quantile.js";

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
