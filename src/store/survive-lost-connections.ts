import type { Log } from "../log.js";
import { databaseFailure } from "./database-failure.js";
import { isDeadSocketWrite } from "./driver/dead-socket-write.js";
import { isLostTypeQuery } from "./driver/lost-type-query.js";

/**
 * Keeps the process alive through two errors of postgres.js that cannot be caught, which occur when PostgreSQL is killed under
 * load. The statements concerned are rejected all the same.
 *
 * Every other uncaught error ends the process, as it would without this handler, after one line in the log. graphile-worker
 * 0.17.3, for one, does not catch the error when it cannot record which jobs have ended.
 */
export function surviveLostConnections(log: Log): void {
  process.on("uncaughtException", (error: unknown) => {
    if (isDeadSocketWrite(error) || isLostTypeQuery(error)) {
      log.warn({ reason: error.message }, "PostgreSQL closed a connection in the middle of a statement");
      return;
    }
    if (databaseFailure(error) === undefined) log.fatal({ err: error }, "an uncaught error ends the process");
    else log.fatal({ reason: String(error) }, "the connection to PostgreSQL was lost and the process cannot continue");
    process.exit(1);
  });
}
