import { failure } from "../../errors.js";

/** Columns of a table: more are no table that a person reads. */
const MAX_METRICS = 64;

/** Names of metrics as they are asked for. @throws ARGUMENT_INVALID where there are too many, or one that no metric can have */
export function metricNames(names: readonly string[]): readonly string[] {
  const wrong = names.find((name) => name === "" || name.includes("\0"));
  if (names.length > MAX_METRICS || wrong !== undefined) {
    throw failure("ARGUMENT_INVALID", {
      where: "metrics",
      received: wrong === undefined ? `${names.length} names` : JSON.stringify(wrong),
      allowed: `up to ${MAX_METRICS} names, as experiments { metrics { name } } gives them`,
    });
  }
  return names;
}
