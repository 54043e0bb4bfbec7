import { Logger } from "graphile-worker";
import type { Log } from "../../log.js";

/** graphile-worker's log, passed on to `log`; without one nothing is said. Its warnings concern its own work: they are debug here. */
export function quietQueueLog(log?: Log): Logger {
  return new Logger((scope) => (level: string, message, meta) => {
    // Of the error the words alone: it may hold the connection with all that belongs to it.
    const reason = meta?.["error"] instanceof Error ? meta["error"].message : undefined;
    if (level === "error") log?.warn({ ...scope, reason }, message);
    else log?.debug({ ...scope }, message);
  });
}
