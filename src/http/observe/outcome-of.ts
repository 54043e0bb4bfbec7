import type { OperationOutcome } from "./request-observer.js";

/** How an operation ended, by its answer. */
export function outcomeOf({ data, errors = [] }: { data?: unknown; errors?: readonly unknown[] }): OperationOutcome {
  if (errors.length === 0) return "ok";
  if (data === undefined) return "refused";
  return data === null ? "error" : "partial";
}
