import { collectDefaultMetrics, Registry } from "prom-client";
import type { FactObserver } from "../model/weight-facts.js";
import type { JobObserver } from "../jobs/job-run.js";
import type { RequestObserver } from "../http/server-services.js";
import type { StatementObserver } from "../store/sql/observed-sql.js";
import type { Fleet } from "../store/queue/fleet.js";
import { fleetMetrics } from "./fleet-metrics.js";
import { jobMetrics } from "./job-metrics.js";
import { factMetrics, requestMetrics } from "./request-metrics.js";
import { statementMetrics } from "./statement-metrics.js";

/** Metrics of one process, in their own registry. */
export interface Metrics {
  readonly statements: StatementObserver;
  readonly jobs: JobObserver;
  /** Returns the current metrics in Prometheus' text format. */
  text(): Promise<{ readonly type: string; readonly body: string }>;
}

/** Metrics of a server. */
export interface ServerMetrics extends Metrics {
  readonly requests: RequestObserver;
  readonly facts: FactObserver;
  /** Sets the function that reads the state of the whole fleet. The fleet's metrics are absent until then. */
  watchFleet(read: () => Promise<Fleet>): void;
}

/**
 * Creates the metrics of a worker.
 *
 * @param maxConnections maximum number of connections of the worker's pool
 */
export function openWorkerMetrics(maxConnections: number): Metrics {
  return openProcessMetrics(maxConnections).metrics;
}

/**
 * Creates the metrics of a server. They include the jobs of the workers that the server supervises.
 *
 * @param maxConnections maximum number of connections of the server's pool
 */
export function openServerMetrics(maxConnections: number): ServerMetrics {
  const { registry, metrics } = openProcessMetrics(maxConnections);
  let refresh: (() => Promise<void>) | undefined;
  return {
    ...metrics,
    requests: requestMetrics(registry),
    facts: factMetrics(registry),
    watchFleet(read) {
      refresh = fleetMetrics(registry, read);
    },
    async text() {
      await refresh?.();
      return metrics.text();
    },
  };
}

/** Creates the metrics that servers and workers share. */
function openProcessMetrics(maxConnections: number): { registry: Registry; metrics: Metrics } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    metrics: {
      statements: statementMetrics(registry, maxConnections),
      jobs: jobMetrics(registry),
      text: async () => ({ type: registry.contentType, body: await registry.metrics() }),
    },
  };
}
