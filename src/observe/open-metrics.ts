import { collectDefaultMetrics, Registry } from "prom-client";
import type { FactObserver } from "../model/fact-observer.js";
import type { JobObserver } from "../jobs/job-run.js";
import type { RequestObserver } from "../http/observe/request-observer.js";
import type { StatementObserver } from "../store/sql/observed-sql.js";
import type { Fleet } from "../store/queue/fleet.js";
import { fleetMetrics } from "./fleet-metrics.js";
import { jobMetrics } from "./job-metrics.js";
import { factMetrics, requestMetrics } from "./request-metrics.js";
import { statementMetrics } from "./statement-metrics.js";

/** A process's numbers, in a registry of its own. */
export interface Metrics {
  readonly statements: StatementObserver;
  readonly jobs: JobObserver;
  /** All numbers now, in Prometheus' text format. */
  text(): Promise<{ readonly type: string; readonly body: string }>;
}

/** A server's numbers. */
export interface ServerMetrics extends Metrics {
  readonly requests: RequestObserver;
  readonly facts: FactObserver;
  /** From where to read what concerns all processes; before it is told, nothing is said of them. */
  watchFleet(read: () => Promise<Fleet>): void;
}

/** A worker's numbers. @param maxConnections of its pool */
export function openWorkerMetrics(maxConnections: number): Metrics {
  return open(maxConnections).metrics;
}

/** A server's numbers, its supervised workers' jobs among them. @param maxConnections of its pool */
export function openServerMetrics(maxConnections: number): ServerMetrics {
  const { registry, metrics } = open(maxConnections);
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

function open(maxConnections: number): { registry: Registry; metrics: Metrics } {
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
