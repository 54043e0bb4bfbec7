import type { UndefinedReason } from "../../model/enums/similarity.js";
import type { ErrorCode } from "../../errors.js";
import type { FactResult } from "../../model/weight-facts.js";

/** The reason why there are no facts about weights. */
interface AbsentFacts {
  readonly undefinedReason: UndefinedReason;
  /** The error's message, or why the request did not wait for the job; else null. */
  readonly detail: string | null;
  /** The id of the job that computes the facts; null where none does. */
  readonly pendingJob: string | null;
}

/** The errors of weights that cannot be read as they were imported; other errors are failed computations. */
const UNREADABLE: readonly ErrorCode[] = [
  "WEIGHTS_MISSING",
  "WEIGHTS_CHANGED",
  "WEIGHTS_UNREACHABLE",
  "ADAPTER_TENSORS_INVALID",
  "FILE_TOO_LARGE",
];

/** Returns why a result has no facts. */
export function absentFacts(result: Exclude<FactResult<unknown>, { readonly facts: unknown }>): AbsentFacts {
  if ("pending" in result) {
    return { undefinedReason: "PENDING", detail: result.reason ?? null, pendingJob: result.pending };
  }
  return {
    undefinedReason: UNREADABLE.includes(result.code) ? "UNREADABLE" : "COMPUTE_FAILED",
    detail: result.failed,
    pendingJob: null,
  };
}
