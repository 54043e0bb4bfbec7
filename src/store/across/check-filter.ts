import { failure } from "../../errors.js";

/** Deeper than any practical filter, and far below the limit of PostgreSQL's stack. */
const MAX_DEPTH = 12;
/** Maximum number of conditions and listed values. A statement can have 65,535 parameters. */
const MAX_VALUES = 5_000;

/**
 * Rejects a filter that is too deep or too long, since the statement grows with it.
 *
 * @throws ARGUMENT_INVALID
 */
export function checkFilter(filter: unknown): void {
  let values = 0;
  const visit = (node: unknown, depth: number): void => {
    if (node == null) return;
    if (depth > MAX_DEPTH) reject(`a filter of ${depth} or more levels`, `${MAX_DEPTH} levels`);
    if (typeof node === "string") {
      values += node.split(/\s+/).length;
      // PostgreSQL's text cannot contain it.
      if (node.includes("\0")) reject("text with a zero character", "text without zero characters");
    } else values++;
    if (values > MAX_VALUES) reject(`more than ${MAX_VALUES} conditions and values`, `up to ${MAX_VALUES}`);
    if (Array.isArray(node)) for (const item of node) visit(item, depth);
    else if (typeof node === "object" && !(node instanceof Date)) {
      for (const value of Object.values(node)) visit(value, depth + 1);
    }
  };
  visit(filter, 0);
}

function reject(received: string, allowed: string): never {
  throw failure("ARGUMENT_INVALID", {
    where: "filter",
    received,
    allowed,
    fix: "Split the filter, or tag the studies with tagStudy and filter by the tag.",
  });
}
