import { useCallback } from "react";
import { useSearchParams } from "wouter";
import { DEFAULT_METRIC } from "./metrics.js";

/** Returns the URL parameters and a function that changes them in place. A value of null or "" removes the parameter. */
export function useUrlState(): [URLSearchParams, (changes: Readonly<Record<string, string | null>>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (changes: Readonly<Record<string, string | null>>) =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value === null || value === "") after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: true },
      ),
    [setParameters],
  );
  return [parameters, change];
}

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
