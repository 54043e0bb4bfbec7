import { Gauge, Histogram, type Registry } from "prom-client";
import type { StatementObserver } from "../store/sql/observed-sql.js";

const OPERATIONS: ReadonlySet<string> = new Set([
  "select",
  "insert",
  "update",
  "delete",
  "with",
  "copy",
  "begin",
  "commit",
  "rollback",
  "savepoint",
  "release",
  "listen",
  "notify",
  "set",
]);

/**
 * Registers the metrics of SQL statements (durations, statements in flight) and returns the observer that records them.
 *
 * @param maxConnections maximum number of connections of the process's pool
 */
export function statementMetrics(registry: Registry, maxConnections: number): StatementObserver {
  const registers = [registry];
  const seconds = new Histogram({
    name: "rankscope_sql_statement_seconds",
    help: "Seconds from sending a statement to its last row, including the wait for a connection; for COPY, until PostgreSQL accepts rows.",
    labelNames: ["operation", "outcome"] as const,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const inFlight = new Gauge({
    name: "rankscope_sql_statements_in_flight",
    help: "Running statements of this process; more than the pool's size means that some wait for a connection.",
    registers,
  });
  new Gauge({
    name: "rankscope_sql_pool_size",
    help: "Maximum number of connections of this process's pool.",
    registers,
  }).set(maxConnections);
  return () => {
    const began = performance.now();
    inFlight.inc();
    return ({ text, error }) => {
      inFlight.dec();
      const outcome = error === undefined ? "ok" : "error";
      seconds.observe({ operation: operationOf(text), outcome }, (performance.now() - began) / 1000);
    };
  };
}

/** Returns the first word of the statement in lower case if it is one of OPERATIONS, and `other` otherwise. */
export function operationOf(text: string | undefined): string {
  const word = /^\s*([a-z]+)/i.exec(text ?? "")?.[1]?.toLowerCase() ?? "";
  return OPERATIONS.has(word) ? word : "other";
}
