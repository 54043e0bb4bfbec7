import { failure } from "../../errors.js";

/** The deadline of a request. */
export interface Deadline {
  /** Aborted with DEADLINE_EXCEEDED when the time is over, or with the reason of its parent signal. */
  readonly signal: AbortSignal;
  /**
   * Returns how long from now the request may wait for jobs: a little less than is left, so that an answer with PENDING
   * values arrives in time.
   */
  waitMilliseconds(): number;
}

/** Time reserved for the answer after the wait: a quarter of the request's time, at most this. */
const MAX_ANSWER_MILLISECONDS = 2000;

/**
 * Opens the deadline of a request that may take `seconds` from now.
 *
 * @param parent must be aborted when the request is over, which ends the timer
 */
export function requestDeadline(parent: AbortSignal, seconds: number): Deadline {
  const milliseconds = seconds * 1000;
  const waitUntil = performance.now() + milliseconds - Math.min(MAX_ANSWER_MILLISECONDS, milliseconds / 4);
  const controller = new AbortController();
  const timer = setTimeout(() => {
    parent.removeEventListener("abort", end);
    controller.abort(failure("DEADLINE_EXCEEDED", { received: `${seconds} seconds`, allowed: `${seconds} seconds` }));
  }, milliseconds);
  function end(): void {
    clearTimeout(timer);
    controller.abort(parent.reason);
  }
  if (parent.aborted) end();
  else parent.addEventListener("abort", end, { once: true });
  return { signal: controller.signal, waitMilliseconds: () => Math.max(0, waitUntil - performance.now()) };
}

/** Returns the deadline of requests without a time limit: downloads, subscriptions and this program's own. */
export function noDeadline(signal: AbortSignal): Deadline {
  return { signal, waitMilliseconds: () => Infinity };
}
