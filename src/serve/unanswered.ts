import type { UndefinedReason } from "../derive/undefined-reason.js";
import type { FactResult } from "../jobs/weight-facts.js";

/** Why a question about weights has no facts for an answer. */
export interface Unanswered {
  readonly undefinedReason: UndefinedReason;
  /** The error's message, where it failed. */
  readonly detail: string | null;
  /** The id of the job that is to find the facts. */
  readonly pendingJob: string | null;
}

export function unanswered(result: Exclude<FactResult<unknown>, { readonly facts: unknown }>): Unanswered {
  if ("pending" in result) return { undefinedReason: "PENDING", detail: null, pendingJob: result.pending };
  return { undefinedReason: result.reason, detail: result.failed, pendingJob: null };
}
