import { METRICS } from "./metrics.js";
import type { METHOD_OPTIONS } from "./method-options.js";

export type Method = Exclude<(typeof METHOD_OPTIONS)[number][0], "">;

/** Reads conditions from an address; null where there is none. */
export function conditions(parameters: URLSearchParams) {
  const text = (name: string): string | null => parameters.get(name)?.trim() || null;
  const number = (name: string): number | null => {
    const value = Number(text(name) ?? NaN);
    return Number.isFinite(value) ? value : null;
  };
  return { text, number };
}

/** Between which values a metric must be, as `metric`, `min` and `max` say; null where neither bound is given. */
export function metricRange(parameters: URLSearchParams) {
  const { text, number } = conditions(parameters);
  const [gte, lte] = [number("min"), number("max")];
  return gte === null && lte === null ? null : { name: text("metric") ?? METRICS[0].key, gte, lte };
}
