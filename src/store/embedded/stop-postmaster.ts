import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { failure } from "../../errors.js";
import type { Binaries } from "./binaries.js";
import type { DataFiles } from "./data-files.js";
import { findPostmaster } from "./running-postmaster.js";
import { spawnAs } from "./spawn-as.js";

/** Ways to stop PostgreSQL in the order in which they are tried, with the time that each may take. */
const SHUTDOWN_MODES = [
  // Ends sessions, writes a checkpoint.
  { signal: "SIGINT", mode: "fast", milliseconds: 20_000 },
  // Leaves the rest to recovery at the next start.
  { signal: "SIGQUIT", mode: "immediate", milliseconds: 5000 },
] as const;

/**
 * Stops the PostgreSQL of process `pid` and waits until it has ended.
 *
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE if it does not end
 */
export async function stopPostmaster(pid: number, files: DataFiles, binaries: Binaries): Promise<void> {
  for (const { signal, mode, milliseconds } of SHUTDOWN_MODES) {
    const began = Date.now();
    if (process.platform === "win32") {
      // Windows has no signals: PostgreSQL listens on a named pipe that pg_ctl knows.
      const pgCtl = await spawnAs(undefined, binaries.pgCtl, ["stop", "-W", "-D", files.cluster, "-m", mode], "ignore");
      await once(pgCtl, "exit");
    } else send(pid, signal);
    while (Date.now() - began < milliseconds) {
      if ((await findPostmaster(files.cluster))?.pid !== pid) return;
      await sleep(10);
    }
  }
  throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
    where: files.cluster,
    received: `PostgreSQL process ${pid}, which does not stop`,
    fix: "Stop it by hand and start again.",
  });
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
