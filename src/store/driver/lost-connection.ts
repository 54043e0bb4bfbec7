/** Of postgres.js, of the system, of Prisma, and of PostgreSQL (manual, appendix A, classes 08 and 57P0). */
const LOST =
  /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|E(CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|AI_AGAIN)|P1001|P1002|P1008|P1017|P2024|08...|57P0[1-5])$/;

/** Whether an error's code says that there is no connection to the database, or none any more. */
export function isLostConnection(code: unknown): boolean {
  return typeof code === "string" && LOST.test(code);
}
