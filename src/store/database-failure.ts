import { failure, type RankscopeError } from "../errors.js";

/** PostgreSQL's class 53: disk full, out of memory, too many connections. */
const EXHAUSTED = /^53...$/;
/** The resource that each code names, and how to get more of it. */
const RESOURCES: Readonly<Record<string, { readonly received: string; readonly fix: string }>> = {
  53100: {
    received: "no space left on the disk of PostgreSQL's data",
    fix: "Free space on that disk, or move the data to a larger one. No partial data was stored.",
  },
  53200: {
    received: "no memory left for PostgreSQL",
    fix: "Give PostgreSQL more memory, or lower work_mem. No partial data was stored.",
  },
  53300: {
    received: "no connection left in PostgreSQL",
    fix: "Stop other clients of this PostgreSQL, or raise max_connections. No partial data was stored.",
  },
};
/** Messages of pg without a code. */
const LOST_MESSAGES = /connection terminated|timeout exceeded when trying to connect|server closed the connection/i;
/** Codes of postgres.js, the operating system, Prisma and PostgreSQL (manual, appendix A, classes 08 and 57P0). */
const LOST_CODES = [
  /^CONNECTION_(CLOSED|ENDED|DESTROYED)$/,
  /^CONNECT_TIMEOUT$/,
  /^E(CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|AI_AGAIN)$/,
  /^P(1001|1002|1008|1017|2024)$/,
  /^08...$/,
  /^57P0[1-5]$/,
];
/** Errors are nested: Prisma's contain the driver's, resolvers' contain theirs. */
const MAX_CAUSES = 6;

/**
 * Returns the error to report if the database itself failed; undefined for any other error, such as that of an invalid
 * statement. A later attempt may succeed.
 */
export function databaseFailure(error: unknown): RankscopeError | undefined {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof cause === "object" && cause !== null; depth++) {
    const current = cause as NestedError;
    const codes = [current.code, current.originalCode].filter((code) => typeof code === "string");
    const exhausted = codes.find((code) => EXHAUSTED.test(code));
    if (exhausted !== undefined) return failure("DATABASE_EXHAUSTED", { ...RESOURCES[exhausted], cause: error });
    if (codes.some(isLostConnection) || LOST_MESSAGES.test(current.message ?? "")) {
      return failure("DATABASE_UNREACHABLE", { fix: "Try again in a moment.", cause: error });
    }
    cause = current.cause ?? current.meta?.driverAdapterError;
  }
  return undefined;
}

/** Returns true for an error code that reports a missing or lost connection to the database. */
export function isLostConnection(code: unknown): boolean {
  return typeof code === "string" && LOST_CODES.some((pattern) => pattern.test(code));
}

interface NestedError {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly message?: string;
  readonly cause?: unknown;
  readonly meta?: { readonly driverAdapterError?: unknown };
}
