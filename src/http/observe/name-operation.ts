import type { Span } from "@opentelemetry/api";
import type { OperationType } from "./request-observer.js";

/** A longer operation name is cut in a span's. */
const MAX_NAME = 100;

/** Names an operation's span when the operation is known: `query Diagnose`. */
export function nameOperation(span: Span | undefined, type: OperationType, name: string | null | undefined): void {
  if (span === undefined) return;
  if (name != null) span.setAttribute("graphql.operation.name", name.slice(0, MAX_NAME));
  span.setAttribute("graphql.operation.type", type).updateName(`${type} ${name ?? ""}`.trim().slice(0, MAX_NAME));
}
