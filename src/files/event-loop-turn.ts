import { setImmediate } from "node:timers/promises";

/** Milliseconds of work after which signals and messages are handled. */
const MAX_WORK_MILLISECONDS = 20;

let lastTurn = 0;

/**
 * Returns a promise to wait for if this thread has worked for some time without a turn of its event loop; undefined otherwise.
 * Work that never waits for the system calls it after each part, so that signals and messages are handled meanwhile.
 */
export function eventLoopTurn(): Promise<void> | undefined {
  const now = performance.now();
  if (now - lastTurn < MAX_WORK_MILLISECONDS) return undefined;
  return setImmediate().then(() => {
    lastTurn = performance.now();
  });
}
