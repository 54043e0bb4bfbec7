import { SpanKind, trace } from "@opentelemetry/api";
import type { StatementObserver } from "../store/sql/observed-sql.js";
import { failSpan, TRACER } from "../trace.js";
import { operationOf } from "./statement-metrics.js";

/** A longer statement is cut. */
const MAX_TEXT = 4000;

/** A span for each statement below an active span, with its text and never a value; none for what nobody asked for. */
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
