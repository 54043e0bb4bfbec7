import type { Log } from "../../log.js";
import { databaseTrouble } from "./database-trouble.js";

/**
 * Keeps the process alive through two faults of postgres.js 3.4.9, of which nobody can catch the error, when PostgreSQL is
 * killed under load. The statements concerned have been told of their loss all the same.
 * - It writes what is left to a connection in a later turn (`nextWrite`) without looking whether it was closed in between.
 * - It asks each new connection for the array types (`fetchArrayTypes`) and leaves the failure of that to nobody.
 *
 * Everything else that nobody caught ends the process, as it would without this, and says so in the log: graphile-worker
 * 0.17.3, for one, leaves it to nobody that it could not note which jobs have ended.
 */
export function surviveLostConnections(log: Log): void {
  process.on("uncaughtException", (error: unknown) => {
    if (isDeadSocketWrite(error) || isLostTypeQuery(error)) {
      log.warn({ reason: error.message }, "PostgreSQL closed a connection in the middle of a statement");
      return;
    }
    if (databaseTrouble(error) === undefined) log.fatal({ err: error }, "an error that nobody caught ends the process");
    else
      log.fatal({ reason: String(error) }, "PostgreSQL was lost amid what cannot be taken up again: the process ends");
    process.exit(1);
  });
}

export function isDeadSocketWrite(error: unknown): error is TypeError {
  return (
    error instanceof TypeError &&
    /^\s*at Immediate\.nextWrite .*postgres[\\/](src|cjs[\\/]src)[\\/]connection\.js/m.test(error.stack ?? "")
  );
}

/** Of whatever reason: without its answer arrays are not understood, and the next connection asks again. */
export function isLostTypeQuery(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { query } = error as { query?: unknown };
  return typeof query === "string" && query.includes("select b.oid, b.typarray");
}
