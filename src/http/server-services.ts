import type { Services } from "../graphql/context.js";

/** The services of the HTTP server: those of GraphQL, metrics and tracing. */
export interface ServerServices extends Services {
  /** Counts requests and returns the text of /metrics. Undefined if the server has no such route. */
  readonly metrics?: { readonly requests: RequestObserver; text(): Promise<MetricsText> } | undefined;
  /** The directory whose disk must have free space for the server to be ready; undefined if it keeps no files. */
  readonly filesAt?: string | undefined;
  /** Whether requests are traced. The command that starts the server sets up OpenTelemetry's tracer. */
  readonly isTraced?: boolean | undefined;
}

/** Metrics in Prometheus's text format. */
export interface MetricsText {
  /** Media type. */
  readonly type: string;
  readonly body: string;
}

export type OperationType = "query" | "mutation" | "subscription" | "unknown";
/** `partial`: data with errors; `error`: errors without data; `refused`: the operation was not executed. */
export type OperationOutcome = "ok" | "partial" | "error" | "refused";

/** Observes the server's requests. Clients cannot choose the values that it receives, except from bounded sets. */
export interface RequestObserver {
  /** @param route the pattern of the route, not the path */
  request(route: string, method: string, status: number, seconds: number): void;
  operation(type: OperationType, outcome: OperationOutcome, seconds: number): void;
  error(code: string): void;
  /** @param field `Type.field` */
  field(field: string, seconds: number): void;
  subscription(change: 1 | -1): void;
  socket(change: 1 | -1): void;
}
