import type { UndefinedReason } from "../../model/enums/similarity.js";
import type { ErrorCode } from "../../errors.js";
import type { FactResult } from "../../model/weight-facts.js";

/** Why a question about weights has no facts for an answer. */
export interface Unanswered {
  readonly undefinedReason: UndefinedReason;
  /** The error's message, where it failed. */
  readonly detail: string | null;
  /** The id of the job that is to find the facts. */
  readonly pendingJob: string | null;
}

/** Codes of weights that cannot be read as they were imported; all else is computing that failed. */
const UNREADABLE: readonly ErrorCode[] = [
  "WEIGHTS_MISSING",
  "WEIGHTS_CHANGED",
  "WEIGHTS_UNREACHABLE",
  "ADAPTER_TENSORS_INVALID",
  "FILE_TOO_LARGE",
];

export function unanswered(result: Exclude<FactResult<unknown>, { readonly facts: unknown }>): Unanswered {
  if ("pending" in result) return { undefinedReason: "PENDING", detail: null, pendingJob: result.pending };
  return {
    undefinedReason: UNREADABLE.includes(result.code) ? "UNREADABLE" : "COMPUTE_FAILED",
    detail: result.failed,
    pendingJob: null,
  };
}
