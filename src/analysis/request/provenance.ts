import type { Execution } from "../../model/computed-facts.js";
import type { FactResult } from "../../model/weight-facts.js";

/** How a set of values was computed. */
export interface Provenance {
  /** Execution providers, separated by commas where there are several; the same for precision and fallback. */
  readonly provider: string;
  readonly precision: string;
  readonly kernelVersion: number;
  /** Compute time of all values. */
  readonly seconds: number;
  /** Whether all values were stored before the request. */
  readonly cached: boolean;
  readonly fallback: string | null;
}

/** Returns the provenance of a result; null where it has no facts. */
export function provenanceOf(result: FactResult<Execution>): Provenance | null {
  if (!("facts" in result)) return null;
  const { provider, precision, kernelVersion, seconds, fallback } = result.facts;
  return { provider, precision, kernelVersion, seconds, fallback, cached: result.cached };
}

/** Merges provenances into that of all their values; null where there are none. */
export function mergeProvenances(provenances: readonly (Provenance | null)[]): Provenance | null {
  const known = provenances.filter((one) => one !== null);
  const [first] = known;
  if (first === undefined) return null;
  return {
    provider: joinDistinct(known.map(({ provider }) => provider)),
    precision: joinDistinct(known.map(({ precision }) => precision)),
    kernelVersion: first.kernelVersion,
    seconds: known.reduce((sum, { seconds }) => sum + seconds, 0),
    cached: known.every(({ cached }) => cached),
    fallback: joinDistinct(known.flatMap(({ fallback }) => fallback ?? [])) || null,
  };
}

function joinDistinct(values: readonly string[]): string {
  return [...new Set(values)].join(", ");
}
