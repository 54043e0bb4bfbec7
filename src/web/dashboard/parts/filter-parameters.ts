import { DEFAULT_METRIC } from "./metrics.js";

/** Returns readers for text and number parameters of a URL. A missing or invalid parameter is null. */
export function readParameters(parameters: URLSearchParams) {
  const text = (name: string): string | null => parameters.get(name)?.trim() || null;
  const number = (name: string): number | null => {
    const value = Number(text(name) ?? NaN);
    return Number.isFinite(value) ? value : null;
  };
  return { text, number };
}

/** Reads the range of a metric from `metric`, `min` and `max`. Returns null without `min` and `max`. */
export function readMetricRange(parameters: URLSearchParams) {
  const { text, number } = readParameters(parameters);
  const gte = number("min");
  const lte = number("max");
  if (gte === null && lte === null) return null;
  return { name: text("metric") ?? DEFAULT_METRIC, gte, lte };
}
