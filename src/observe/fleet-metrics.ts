import { Gauge, type Registry } from "prom-client";
import type { Fleet } from "../store/queue/fleet.js";

/** Maximum time that a scrape waits for the database. */
const TIMEOUT_MILLISECONDS = 3000;

/**
 * Registers the metrics of all processes that share a database. They are read from the database at each scrape, so every
 * server reports the same values: aggregate them with `max by`, not with `sum`. If the database does not answer, they are
 * absent and `rankscope_database_up` is 0.
 *
 * @returns a function that updates the metrics; call it before each scrape
 */
export function fleetMetrics(registry: Registry, read: () => Promise<Fleet>): () => Promise<void> {
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const up = gauge("rankscope_database_up", "1 if the database answered this scrape, else 0.");
  const jobs = gauge("rankscope_jobs", "Jobs of the whole fleet that have not ended.", ["kind", "status"] as const);
  const oldest = gauge(
    "rankscope_oldest_waiting_job_seconds",
    "Waiting time of the job that has waited longest for a worker, in seconds; 0 if none waits.",
  );
  const workers = gauge("rankscope_workers", "Worker processes with a heartbeat in the last 12 seconds.");
  const connections = gauge(
    "rankscope_database_connections",
    "Rankscope's connections to the database, for the whole fleet.",
    ["application", "state"] as const,
  );
  return async () => {
    oldest.remove();
    workers.remove();
    jobs.reset();
    connections.reset();
    const fleet = await withTimeout(read());
    up.set(fleet === undefined ? 0 : 1);
    if (fleet === undefined) return;
    // Report 0 for an empty queue: alerts need a series that is always present.
    for (const status of ["QUEUED", "RUNNING"] as const) jobs.set({ kind: "COMPUTE", status }, 0);
    for (const { kind, status, n } of fleet.jobs) jobs.set({ kind, status }, n);
    oldest.set(fleet.oldestWaitingSeconds ?? 0);
    workers.set(fleet.workers);
    for (const { application, state, n } of fleet.connections) connections.set({ application, state }, n);
  };
}

/** Resolves to undefined if `value` is rejected or takes longer than TIMEOUT_MILLISECONDS. */
async function withTimeout<Value>(value: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), TIMEOUT_MILLISECONDS);
  });
  try {
    return await Promise.race([value, timeout]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
