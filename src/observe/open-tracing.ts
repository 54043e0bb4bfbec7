import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

export interface Tracing {
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
