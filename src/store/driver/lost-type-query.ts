/**
 * Fault of postgres.js 3.4.9: it queries the array types on each new connection (`fetchArrayTypes`) and discards the promise.
 * If the query fails, the unhandled rejection ends the process.
 *
 * Upstream: https://github.com/porsager/postgres/issues/1192, also issues 1205 and 1223.
 * Proof: tests/integration/store/survive-lost-connections.test.ts.
 * Remove when: a release handles the rejection. No release does as of 3.4.9.
 */

/**
 * Returns true for the error of the query of array types, whatever its cause. The process survives it: arrays are not parsed
 * on that connection, and the next connection queries the types again.
 */
export function isLostTypeQuery(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { query } = error as { query?: unknown };
  return typeof query === "string" && query.includes("select b.oid, b.typarray");
}
