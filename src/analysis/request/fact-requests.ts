import type { JobRequester } from "../../model/job-payloads.js";
import type { FactRequest } from "../../model/weight-facts.js";
import type { Deadline } from "./request-deadline.js";

export interface FactRequestsOptions {
  readonly deadline: Deadline;
  /** Recorded with the jobs that the request queues. */
  readonly requester?: JobRequester;
}

/**
 * Returns a function that makes the requests for facts of one request, which starts now.
 *
 * @returns a function of the maximum wait, from the start of the request
 */
export function factRequests({ deadline, requester }: FactRequestsOptions): (waitMilliseconds: number) => FactRequest {
  const started = performance.now();
  return (waitMilliseconds) => {
    const left = Math.max(0, waitMilliseconds - (performance.now() - started));
    return {
      // Facts that are missing then are PENDING, which is a valid result; exceeding the deadline is an error.
      waitMilliseconds: Math.min(left, deadline.waitMilliseconds()),
      signal: deadline.signal,
      urgency: "INTERACTIVE",
      requester,
    };
  };
}
