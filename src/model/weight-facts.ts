/** Requests for facts about weights, and their results: shared by the analyses that request and the jobs that compute. */

import type { ErrorCode } from "../errors.js";
import type { FactKindName, FactsOf, SubjectOf } from "./computed-facts.js";
import type { JobRequester } from "./job-payloads.js";

/** The wait time and the urgency of a request for facts. */
export interface FactRequest {
  /** Facts that are missing after this long are returned as pending; Infinity waits until all are computed. */
  readonly waitMilliseconds: number;
  /** Ends the wait; jobs that no other request waits for are cancelled. */
  readonly signal?: AbortSignal | undefined;
  readonly urgency: "INTERACTIVE" | "PRECOMPUTE";
  /** Recorded with the jobs that the request queues. */
  readonly requester?: JobRequester | undefined;
}

/** Metadata that is stored with every fact. */
export interface StoredFact {
  readonly kernelVersion: number;
  /** The fact's share of its job's compute time. */
  readonly seconds: number;
}

/** A fact, the reason why there is none, or the job that computes it. */
export type FactResult<Facts> =
  | {
      readonly facts: Facts & StoredFact;
      /** False where the fact was computed during the request. */
      readonly cached: boolean;
    }
  /** The error's message and code; the code tells unreadable weights from a failed computation. */
  | { readonly failed: string; readonly code: ErrorCode }
  | PendingFact;

/** A fact that a job has not computed yet. */
export interface PendingFact {
  /** The job's id. */
  readonly pending: string;
  /** Why the request did not wait for the job; undefined if it waited as long as it allowed. */
  readonly reason?: string | undefined;
}

/**
 * Facts about weight updates: stored facts are looked up; missing ones are queued for a worker and stored. Results are in
 * the order of the request, and left stays left.
 */
export interface WeightFacts {
  request<Kind extends FactKindName>(
    kind: Kind,
    subjects: readonly SubjectOf<Kind>[],
    request: FactRequest,
  ): Promise<FactResult<FactsOf<Kind>>[]>;
}

/**
 * The result of one requested fact: `stored` before the request, `computed` while the request waited, `pending` when the
 * wait ended, or `failed`.
 */
export type FactOutcome = "stored" | "computed" | "pending" | "failed";

/** Is called for each request with the number of facts of each outcome. */
export type FactObserver = (kind: FactKindName, outcome: FactOutcome, n: number) => void;
