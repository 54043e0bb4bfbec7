import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from "@opentelemetry/api";

/** Name of the tracer of all spans. */
export const TRACER = "rankscope";

interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** A W3C traceparent of another process; undefined for the active span of this process. */
  readonly parent?: string | undefined;
}

/**
 * Runs `work` in a new span, a child of `parent` or of the active span. Without either, `work` runs without a span, so that
 * background work such as heartbeats and sweeps makes no traces.
 */
export async function inSpan<Result>(
  name: string,
  { kind = SpanKind.INTERNAL, attributes, parent }: SpanOptions,
  work: (span?: Span) => Promise<Result>,
): Promise<Result> {
  const above = parent === undefined ? context.active() : propagation.extract(ROOT_CONTEXT, { traceparent: parent });
  if (trace.getSpanContext(above) === undefined) return work();
  const span = trace.getTracer(TRACER).startSpan(name, { kind, ...(attributes && { attributes }) }, above);
  try {
    return await context.with(trace.setSpan(above, span), () => work(span));
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Records an error on a span, and sets its status. */
export function failSpan(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.recordException(error instanceof Error ? error : message);
}

/** Returns the active span as a W3C traceparent, from which another process continues the trace; undefined without one. */
export function traceParent(from: Context = context.active()): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(from, carrier);
  return carrier.traceparent;
}
