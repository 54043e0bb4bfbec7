import { failure } from "../../errors.js";
import { MAX_WAIT_SECONDS } from "../../model/limits.js";

/**
 * Returns how long a request waits for facts about weights, in milliseconds: its argument, or the setting where it has none.
 *
 * @throws ARGUMENT_INVALID
 */
export function resolveWait(
  waitSeconds: number | null | undefined,
  settings: { readonly waitMilliseconds: number },
): number {
  if (waitSeconds == null) return settings.waitMilliseconds;
  if (waitSeconds < 0 || waitSeconds > MAX_WAIT_SECONDS) {
    throw failure("ARGUMENT_INVALID", {
      where: "waitSeconds",
      received: String(waitSeconds),
      allowed: `0 to ${MAX_WAIT_SECONDS}`,
    });
  }
  return waitSeconds * 1000;
}
