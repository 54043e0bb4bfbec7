import { SpanKind, trace } from "@opentelemetry/api";
import type { StatementObserver } from "../store/sql/observed-sql.js";
import { failSpan, TRACER } from "../trace.js";
import { operationOf } from "./statement-metrics.js";

/** Maximum length of a statement's text in a span, in characters. Longer texts are truncated. */
const MAX_TEXT = 4000;

/**
 * Creates a span for each statement that runs within an active span. The span contains the statement's text, but no
 * parameter values. Statements outside of a span, such as heartbeats, are not traced.
 */
export const traceStatements: StatementObserver = () => {
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
