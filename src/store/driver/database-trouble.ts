import { failure, type RankscopeError } from "../../errors.js";
import { isLostConnection } from "./lost-connection.js";

/** PostgreSQL's class 53: no room on the disk, no memory, too many connections; and what pg says without a code. */
const EXHAUSTED = /^53...$/;
const LOST_WORDS = /connection terminated|timeout exceeded when trying to connect|server closed the connection/i;
/** Errors hang in errors: Prisma's hold the driver's, resolvers' hold theirs. */
const MOST_CAUSES = 6;

/**
 * What there is to say of an error by which the database itself failed, rather than what was asked of it; undefined of any
 * other error. Asking again may help.
 */
export function databaseTrouble(error: unknown): RankscopeError | undefined {
  let cause = error;
  for (let depth = 0; depth < MOST_CAUSES && typeof cause === "object" && cause !== null; depth++) {
    const { code, originalCode, message, ...rest } = cause as Trouble;
    const codes = [code, originalCode].filter((one) => typeof one === "string");
    if (codes.some((one) => EXHAUSTED.test(one))) return failure("DATABASE_EXHAUSTED", { cause: error });
    if (codes.some(isLostConnection) || LOST_WORDS.test(message ?? "")) {
      return failure("DATABASE_UNREACHABLE", { todo: "Ask again in a moment.", cause: error });
    }
    cause = (cause as Trouble).cause ?? rest.meta?.driverAdapterError;
  }
  return undefined;
}

interface Trouble {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly message?: string;
  readonly cause?: unknown;
  readonly meta?: { readonly driverAdapterError?: unknown };
}
