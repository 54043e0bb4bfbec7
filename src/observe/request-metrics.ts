import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { FactObserver } from "../model/weight-facts.js";
import type { RequestObserver } from "../http/server-services.js";

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Registers the metrics of requests and returns the observer that records them. No label has a value that a client chooses. */
export function requestMetrics(registry: Registry): RequestObserver {
  const registers = [registry];
  const requests = new Histogram({
    name: "rankscope_http_request_seconds",
    help: "Seconds from a request to the end of its response.",
    labelNames: ["route", "method", "status"] as const,
    buckets: BUCKETS,
    registers,
  });
  const operations = new Histogram({
    name: "rankscope_graphql_operation_seconds",
    help: "Seconds of GraphQL operations over HTTP and WebSocket; of a subscription, until it has started. Outcome: ok, partial (data and errors), error (no data), refused (not executed).",
    labelNames: ["type", "outcome"] as const,
    buckets: BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: "rankscope_graphql_errors_total",
    help: "Errors in responses, by code.",
    labelNames: ["code"] as const,
    registers,
  });
  const fields = new Histogram({
    name: "rankscope_graphql_field_seconds",
    help: "Seconds of the root fields and of the fields that can wait for weights: per request, from the first call to the end of the last call that overlaps it.",
    labelNames: ["field"] as const,
    buckets: BUCKETS,
    registers,
  });
  const subscriptions = new Gauge({
    name: "rankscope_graphql_subscriptions_open",
    help: "Open subscriptions.",
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

/** Registers the metric of requested facts and returns the observer that counts them by outcome. */
export function factMetrics(registry: Registry): FactObserver {
  const facts = new Counter({
    name: "rankscope_facts_total",
    help: "Requested facts about weights, by outcome: stored, computed while waiting, pending, failed.",
    labelNames: ["kind", "found"] as const,
    registers: [registry],
  });
  return (kind, outcome, n) => facts.inc({ kind, found: outcome }, n);
}
