import type { Services } from "../graphql/context.js";
import type { RequestObserver } from "./observe/request-observer.js";

/** The services of the HTTP server: those of GraphQL, metrics and tracing. */
export interface ServerServices extends Services {
  /** Counts requests and returns the text of /metrics. Undefined if the server has no such route. */
  readonly metrics?: { readonly requests: RequestObserver; text(): Promise<MetricsText> } | undefined;
  /** Whether requests are traced. The command that starts the server sets up OpenTelemetry's tracer. */
  readonly isTraced?: boolean | undefined;
}

/** Metrics in Prometheus's text format. */
export interface MetricsText {
  /** Media type. */
  readonly type: string;
  readonly body: string;
}
