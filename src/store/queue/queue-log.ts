import { Logger } from "graphile-worker";
import type { Log } from "../../log.js";

/** Returns graphile-worker's logger, which writes to `log` if there is one. Its errors are logged as warnings, the rest as debug. */
export function queueLog(log?: Log): Logger {
  return new Logger((scope) => (level: string, message, meta) => {
    // The message alone: the error may contain the connection with its password.
    const reason = meta?.["error"] instanceof Error ? meta["error"].message : undefined;
    if (level === "error") log?.warn({ ...scope, reason }, message);
    else log?.debug({ ...scope }, message);
  });
}
