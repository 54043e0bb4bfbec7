import { Gauge, type Registry } from "prom-client";
import type { Fleet } from "../store/queue/fleet.js";

/** A scrape waits no longer than this for the database. */
const PATIENCE_MILLISECONDS = 3000;

/**
 * What the database tells of all processes that share it, read anew at each scrape. Every server of one database gives the
 * same: `max by` them, do not sum. Where the database does not answer they are absent, and `rankscope_database_up` is 0.
 *
 * @returns what brings them up to date
 */
export function fleetMetrics(registry: Registry, read: () => Promise<Fleet>): () => Promise<void> {
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const up = gauge("rankscope_database_up", "1 where the database has answered this scrape, else 0.");
  const jobs = gauge("rankscope_jobs", "Jobs that have not ended, in the whole fleet.", ["kind", "status"] as const);
  const oldest = gauge(
    "rankscope_oldest_waiting_job_seconds",
    "Seconds that the job that has waited longest for a worker has waited; 0 where none waits.",
  );
  const workers = gauge("rankscope_workers", "Worker processes that have shown themselves in the last 12 seconds.");
  const connections = gauge(
    "rankscope_database_connections",
    "Rankscope's connections to the database, in the whole fleet.",
    ["application", "state"] as const,
  );
  return async () => {
    for (const one of [oldest, workers]) one.remove();
    for (const one of [jobs, connections]) one.reset();
    const fleet = await inTime(read());
    up.set(fleet === undefined ? 0 : 1);
    if (fleet === undefined) return;
    // A queue that is empty says so: an alert on a series that comes and goes is none.
    for (const status of ["QUEUED", "RUNNING"] as const) jobs.set({ kind: "COMPUTE", status }, 0);
    for (const { kind, status, n } of fleet.jobs) jobs.set({ kind, status }, n);
    oldest.set(fleet.oldestWaitingSeconds ?? 0);
    workers.set(fleet.workers);
    for (const { application, state, n } of fleet.connections) connections.set({ application, state }, n);
  };
}

async function inTime<Value>(value: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MILLISECONDS);
  });
  try {
    return await Promise.race([value, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
