import { failure } from "../../errors.js";

/** Deeper than any question that people put, and far from where PostgreSQL's own stack ends. */
const MAX_DEPTH = 12;
/** Conditions and listed values in all; a statement can carry 65,535 values. */
const MAX_VALUES = 5_000;

/**
 * Refuses a filter that is too deep or too long: it would be a statement of its size.
 *
 * @throws ARGUMENT_INVALID
 */
export function checkFilter(filter: unknown): void {
  let values = 0;
  const visit = (node: unknown, depth: number): void => {
    if (node == null) return;
    if (depth > MAX_DEPTH) refuse(`one that nests ${depth} deep or deeper`, `${MAX_DEPTH} levels`);
    if (typeof node === "string") {
      values += node.split(/\s+/).length;
      // PostgreSQL's text cannot hold it.
      if (node.includes("\0")) refuse("a text with a zero character", "text without");
    } else values++;
    if (values > MAX_VALUES) refuse(`one of more than ${MAX_VALUES} conditions and values`, `${MAX_VALUES}`);
    if (Array.isArray(node)) for (const item of node) visit(item, depth);
    else if (typeof node === "object" && !(node instanceof Date)) {
      for (const value of Object.values(node)) visit(value, depth + 1);
    }
  };
  visit(filter, 0);
}

function refuse(received: string, allowed: string): never {
  throw failure("ARGUMENT_INVALID", {
    where: "filter",
    received,
    allowed,
    todo: "Ask in parts, or mark the studies with tagStudy and filter by the tag.",
  });
}
