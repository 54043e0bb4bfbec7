import type { Services } from "../graphql/context.js";
import type { RequestObserver } from "./observe/request-observer.js";

/** What the HTTP server needs beside what GraphQL needs. */
export interface ServerServices extends Services {
  /** Counts requests, and returns the text of /metrics; without it there is no such route. */
  readonly metrics?: { readonly requests: RequestObserver; text(): Promise<MetricsText> } | undefined;
  /** Whether requests are traced; a command has then set up OpenTelemetry's tracer. */
  readonly isTraced?: boolean | undefined;
}

/** Numbers in Prometheus' text format. */
export interface MetricsText {
  readonly type: string;
  readonly body: string;
}
