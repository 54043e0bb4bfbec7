import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { FactObserver } from "../model/fact-observer.js";
import type { RequestObserver } from "../http/observe/request-observer.js";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What a server answered, and how long it took. No label has a value that a client chooses. */
export function requestMetrics(registry: Registry): RequestObserver {
  const registers = [registry];
  const requests = new Histogram({
    name: "rankscope_http_request_seconds",
    help: "Seconds from a request to the end of its answer.",
    labelNames: ["route", "method", "status"] as const,
    buckets: SECONDS,
    registers,
  });
  const operations = new Histogram({
    name: "rankscope_graphql_operation_seconds",
    help: "Seconds of GraphQL operations by HTTP and WebSocket, of subscriptions until they have begun. Outcome: ok, partial (data and errors), error (no data), refused (not executed).",
    labelNames: ["type", "outcome"] as const,
    buckets: SECONDS,
    registers,
  });
  const errors = new Counter({
    name: "rankscope_graphql_errors_total",
    help: "Errors in answers, by their code.",
    labelNames: ["code"] as const,
    registers,
  });
  const fields = new Histogram({
    name: "rankscope_graphql_field_seconds",
    help: "Seconds of the fields that start an operation or can wait for weights: in one request, from the first call to the end of the last that overlaps it.",
    labelNames: ["field"] as const,
    buckets: SECONDS,
    registers,
  });
  const subscriptions = new Gauge({
    name: "rankscope_graphql_subscriptions_open",
    help: "Subscriptions that have not ended.",
    registers,
  });
  const sockets = new Gauge({ name: "rankscope_websockets_open", help: "Open WebSocket connections.", registers });
  return {
    request: (route, method, status, seconds) => requests.observe({ route, method, status }, seconds),
    operation: (type, outcome, seconds) => operations.observe({ type, outcome }, seconds),
    error: (code) => errors.inc({ code }),
    field: (field, seconds) => fields.observe({ field }, seconds),
    subscription: (change) => subscriptions.inc(change),
    socket: (change) => sockets.inc(change),
  };
}

/** How facts about weights were found that requests asked for. */
export function factMetrics(registry: Registry): FactObserver {
  const facts = new Counter({
    name: "rankscope_facts_total",
    help: "Facts about weights that were asked for, by how they were found: stored, computed while waiting, pending, failed.",
    labelNames: ["kind", "found"] as const,
    registers: [registry],
  });
  return (kind, found, n) => facts.inc({ kind, found }, n);
}
