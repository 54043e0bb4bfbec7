import { failure } from "../../errors.js";

/** When a request has to be answered. */
export interface Deadline {
  /** Aborted with DEADLINE_EXCEEDED when the time is over, or with what `parent` is aborted with. */
  readonly signal: AbortSignal;
  /**
   * For how long from now a request may wait for work that others do: a little less than is left, so that the answer, which
   * says what is PENDING, comes in time.
   */
  waitMilliseconds(): number;
}

/** Left for answering after the waiting: a quarter, up to this. */
const ANSWER_MILLISECONDS = 2000;

/** Gives a request `seconds` from now. Its timer ends with `parent`, which must be aborted when the request is over. */
export function requestDeadline(parent: AbortSignal, seconds: number): Deadline {
  const milliseconds = seconds * 1000;
  const until = performance.now() + milliseconds - Math.min(ANSWER_MILLISECONDS, milliseconds / 4);
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
  return { signal: controller.signal, waitMilliseconds: () => Math.max(0, until - performance.now()) };
}

/** Of requests that may take as long as they need: downloads, subscriptions and the program's own. */
export function noDeadline(signal: AbortSignal): Deadline {
  return { signal, waitMilliseconds: () => Infinity };
}
