import { failure } from "../../errors.js";

/** No request is kept open for longer: what takes more is a job to ask about again. */
export const MAX_WAIT_SECONDS = 60;

/**
 * How long a query waits for weights, from the argument or, where it has none, from the setting.
 *
 * @throws ARGUMENT_INVALID
 */
export function waitOf(
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
