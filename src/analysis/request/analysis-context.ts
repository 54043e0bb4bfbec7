import { failure } from "../../errors.js";
import { MAX_WAIT_SECONDS } from "../../model/limits.js";
import type { Connection } from "../../store/connection.js";
import type { Loaders } from "./loaders.js";
import type { RequestDerivations } from "./request-derivations.js";

/** The database and the loaders of one request, from which its analyses read. */
export interface AnalysisContext {
  readonly database: Connection;
  readonly loaders: Loaders;
  readonly derivations: RequestDerivations;
  /** Maximum wait for facts about weights where the request does not set one. */
  readonly waitMilliseconds: number;
}

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
