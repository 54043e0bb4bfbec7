import { failure, RankscopeError } from "../../errors.js";

/** PostgreSQL's error code query_canceled, for a statement that exceeds statement_timeout. */
const QUERY_CANCELED = "57014";
/** PostgreSQL's error codes for invalid values: a zero character, half a surrogate pair, a number or a time out of range. */
const INVALID_VALUE: ReadonlySet<unknown> = new Set(["22003", "22007", "22008", "22009", "22021", "22P02", "22P05"]);

/** Returns the catalogue's error that `error` is, wraps, or corresponds to; undefined for an unexpected error. */
export function knownFailure(error: unknown): RankscopeError | undefined {
  let inner = error;
  // Resolvers, validation and Apollo each wrap an error once; 5 is more than all of them.
  for (let layers = 0; layers < 5 && typeof inner === "object" && inner !== null; layers++) {
    if (inner instanceof RankscopeError) return inner;
    if ("code" in inner && inner.code === QUERY_CANCELED) return failure("STATEMENT_TOO_SLOW", { cause: error });
    if ("code" in inner && INVALID_VALUE.has(inner.code)) {
      return failure("ARGUMENT_INVALID", {
        received: "a value that the database cannot hold",
        allowed: "text without zero characters, numbers in range",
        cause: error,
      });
    }
    inner = "originalError" in inner ? inner.originalError : undefined;
  }
  return undefined;
}
