import type { Log } from "../log.js";

/**
 * Keeps the process alive through one fault of postgres.js 3.4.9: it writes what is left to a connection in a later turn
 * (`nextWrite`) without looking whether the connection was closed in between, as happens when PostgreSQL is killed under
 * load. The statements concerned have been told that their connection is closed; only the TypeError is left, which nobody
 * can catch. Everything else that nobody caught ends the process, as it would without this.
 */
export function surviveDeadSocketWrites(log: Log): void {
  process.on("uncaughtException", (error: unknown) => {
    if (isDeadSocketWrite(error)) {
      log.warn({ reason: error.message }, "PostgreSQL closed a connection in the middle of a statement");
      return;
    }
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
}

export function isDeadSocketWrite(error: unknown): error is TypeError {
  return (
    error instanceof TypeError &&
    /^\s*at Immediate\.nextWrite .*postgres[\\/](src|cjs[\\/]src)[\\/]connection\.js/m.test(error.stack ?? "")
  );
}
