import { MAX_QUOTED_NAMES } from "./limits.js";

/** Joins names for a message. Names beyond the maximum are replaced by dots. */
export function quoteNames(names: readonly string[]): string {
  const dots = names.length > MAX_QUOTED_NAMES ? ", ..." : "";
  return names.slice(0, MAX_QUOTED_NAMES).join(", ") + dots;
}
