import type { Span } from "@opentelemetry/api";
import type { OperationOutcome, OperationType } from "./request-observer.js";

/** Maximum length of an operation's name in a span. */
const MAX_NAME_LENGTH = 100;

/** Names the span of an operation: `query Diagnose`. */
export function nameOperation(span: Span | undefined, type: OperationType, name: string | null | undefined): void {
  if (span === undefined) return;
  if (name != null) span.setAttribute("graphql.operation.name", name.slice(0, MAX_NAME_LENGTH));
  const title = `${type} ${name ?? ""}`.trim().slice(0, MAX_NAME_LENGTH);
  span.setAttribute("graphql.operation.type", type).updateName(title);
}

/** Returns the outcome of an operation from its result. */
export function outcomeOf({ data, errors = [] }: { data?: unknown; errors?: readonly unknown[] }): OperationOutcome {
  if (errors.length === 0) return "ok";
  if (data === undefined) return "refused";
  return data === null ? "error" : "partial";
}

export const secondsSince = (began: number) => (performance.now() - began) / 1000;
