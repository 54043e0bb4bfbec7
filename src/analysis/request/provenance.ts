import type { Execution } from "../../model/computed-facts.js";
import type { FactResult, StoredFact } from "../../model/weight-facts.js";

/** Where computed values come from, taken together. */
export interface Provenance {
  readonly provider: string;
  readonly precision: string;
  readonly kernelVersion: number;
  readonly seconds: number;
  readonly cached: boolean;
  readonly fallback: string | null;
}

/** Where the facts among `results` come from; null where there are none. */
export function provenanceOf(results: readonly FactResult<Execution>[]): Provenance | null {
  return together(
    results.flatMap((result) => ("facts" in result ? [{ ...pick(result.facts), cached: result.cached }] : [])),
  );
}

/** Several provenances as one: seconds are added up, and it is cached where all are. */
export function together(parts: readonly (Provenance | null)[]): Provenance | null {
  const known = parts.filter((part) => part !== null);
  const [first] = known;
  if (first === undefined) return null;
  const distinct = (values: readonly string[]) => [...new Set(values)].join(", ");
  return {
    provider: distinct(known.map(({ provider }) => provider)),
    precision: distinct(known.map(({ precision }) => precision)),
    kernelVersion: first.kernelVersion,
    seconds: known.reduce((sum, { seconds }) => sum + seconds, 0),
    cached: known.every(({ cached }) => cached),
    fallback: distinct(known.flatMap(({ fallback }) => fallback ?? [])) || null,
  };
}

function pick(facts: Execution & StoredFact): Omit<Provenance, "cached"> {
  const { provider, precision, kernelVersion, seconds, fallback } = facts;
  return { provider, precision, kernelVersion, seconds, fallback };
}
