import { Logger } from "graphile-worker";
import type { Log } from "../../log.js";

/** graphile-worker's log, passed on to `log`; without one nothing is said. Its warnings concern its own work: they are debug here. */
export function quietQueueLog(log?: Log): Logger {
  return new Logger((scope) => (level: string, message, meta) => {
    if (level === "error") log?.warn({ ...scope, err: meta?.["error"] }, message);
    else log?.debug({ ...scope }, message);
  });
}
