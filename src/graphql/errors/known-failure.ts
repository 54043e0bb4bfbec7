import { failure, RankscopeError } from "../../errors.js";

/** PostgreSQL's query_canceled: what a statement that exceeds statement_timeout ends with. */
const QUERY_CANCELED = "57014";
/** Its words for values that it cannot hold: a zero character, half a surrogate pair, a number or a time out of range. */
const NOT_HELD: ReadonlySet<unknown> = new Set(["22003", "22007", "22008", "22009", "22021", "22P02", "22P05"]);

/**
 * The catalogue's error that `error` is, or is about, however deep GraphQL and drivers have wrapped it; undefined of anything
 * unforeseen.
 */
export function knownFailure(error: unknown): RankscopeError | undefined {
  let inner = error;
  // Wrapped by the resolver, by validation, by Apollo: never deeper than this.
  for (let layers = 0; layers < 5 && typeof inner === "object" && inner !== null; layers++) {
    if (inner instanceof RankscopeError) return inner;
    if ("code" in inner && inner.code === QUERY_CANCELED) return failure("STATEMENT_TOO_SLOW", { cause: error });
    if ("code" in inner && NOT_HELD.has(inner.code)) {
      const received = "a value that the database cannot hold";
      return failure("ARGUMENT_INVALID", {
        received,
        allowed: "text without zero characters, numbers in range",
        cause: error,
      });
    }
    inner = "originalError" in inner ? inner.originalError : undefined;
  }
  return undefined;
}
