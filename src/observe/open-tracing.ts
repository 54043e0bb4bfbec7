import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { StatementObserver } from "../store/sql/observed-sql.js";
import { failSpan, TRACER } from "../trace.js";
import { operationOf } from "./statement-metrics.js";

export interface Tracing {
  /** Creates the spans of SQL statements. */
  readonly statements: StatementObserver;
  /** Stops tracing. Sends the remaining spans first, but waits no longer than 3 seconds for the collector. */
  close(): Promise<void>;
}

/** An unreachable collector must not keep the process from ending. */
const FLUSH_TIMEOUT_MILLISECONDS = 3000;

/**
 * Starts tracing this process. Spans are sent with OTLP over HTTP, in protobuf. OpenTelemetry's packages read the endpoint,
 * sampling, batching and service name from the standard variables (OTEL_EXPORTER_OTLP_*, OTEL_TRACES_SAMPLER, OTEL_BSP_*,
 * OTEL_SERVICE_NAME).
 *
 * @param service service name, used if OTEL_SERVICE_NAME is not set
 */
export function openTracing(service: string): Tracing {
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ "service.name": service }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    statements: traceStatements,
    async close() {
      await Promise.race([
        provider.shutdown().catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, FLUSH_TIMEOUT_MILLISECONDS).unref()),
      ]);
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** Maximum length of a statement's text in a span, in characters. Longer texts are truncated. */
const MAX_TEXT = 4000;

/**
 * Creates a span for each statement that runs within an active span. The span contains the statement's text, but no
 * parameter values. Statements outside of a span, such as heartbeats, are not traced.
 */
const traceStatements: StatementObserver = () => {
  if (trace.getActiveSpan() === undefined) return () => undefined;
  const span = trace.getTracer(TRACER).startSpan("sql", {
    kind: SpanKind.CLIENT,
    attributes: { "db.system.name": "postgresql" },
  });
  return ({ text, error }) => {
    if (text !== undefined) {
      const operation = operationOf(text);
      span.updateName(`sql ${operation}`);
      span.setAttributes({ "db.operation.name": operation, "db.query.text": text.trim().slice(0, MAX_TEXT) });
    }
    if (error !== undefined) failSpan(span, error);
    span.end();
  };
};
