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

/** The tracer's name: whose spans these are. */
export const TRACER = "rankscope";

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** A W3C traceparent of another process; undefined is the span that is active here. */
  readonly parent?: string | undefined;
}

/**
 * Runs `work` in a span of its own, below the active one or `parent`. Where there is neither, as where nothing is traced,
 * `work` simply runs: what nobody asked for (heartbeats, sweeps) makes no trace of its own.
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

/** Notes on a span what went wrong. */
export function failSpan(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.recordException(error instanceof Error ? error : message);
}

/** The active span as a W3C traceparent, for another process to go on from; undefined where nothing is traced. */
export function traceParent(from: Context = context.active()): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(from, carrier);
  return carrier.traceparent;
}
