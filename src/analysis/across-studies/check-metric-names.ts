import { failure } from "../../errors.js";

/** Maximum number of metric columns of a table. */
const MAX_METRICS = 64;

/** Checks requested metric names and returns them. @throws ARGUMENT_INVALID where they are too many, or one cannot be stored */
export function checkMetricNames(names: readonly string[]): readonly string[] {
  const invalid = names.find((name) => name === "" || name.includes("\0"));
  if (names.length > MAX_METRICS || invalid !== undefined) {
    throw failure("ARGUMENT_INVALID", {
      where: "metrics",
      received: invalid === undefined ? `${names.length} names` : JSON.stringify(invalid),
      allowed: `up to ${MAX_METRICS} names, as experiments { metrics { name } } gives them`,
    });
  }
  return names;
}
