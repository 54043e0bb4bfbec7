/**
 * A thread of an import process that kills the process when its parent has ended without ending it, even while the other thread
 * parses a file. PostgreSQL then rolls the import's transaction back.
 */

import { workerData } from "node:worker_threads";

const CHECK_MILLISECONDS = 500;
/** The parent when the process started: it may have ended before this thread did. */
const parent = workerData as number;

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
}, CHECK_MILLISECONDS);
