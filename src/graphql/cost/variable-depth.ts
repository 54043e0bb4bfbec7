import { failure } from "../../errors.js";

/** Filters nest at most 12 deep, with a list and a condition each. Much deeper values would overflow the stack. */
const MAX_VARIABLE_DEPTH = 64;

/** Rejects variables that are nested too deep. Not recursive, so that it cannot overflow the stack. @throws QUERY_TOO_LARGE */
export function checkVariableDepth(variables: unknown): void {
  let level: unknown[] = [variables];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_VARIABLE_DEPTH) {
      throw failure("QUERY_TOO_LARGE", {
        where: "variables",
        received: `values more than ${MAX_VARIABLE_DEPTH} deep`,
        allowed: String(MAX_VARIABLE_DEPTH),
        todo: "Write the values side by side: lists take many.",
      });
    }
    level = level.flatMap((value): unknown[] =>
      typeof value === "object" && value !== null ? Object.values(value) : [],
    );
  }
}
