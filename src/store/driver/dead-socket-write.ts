/**
 * Fault of postgres.js 3.4.9: it writes a pending message in a later turn (`nextWrite`) without a check whether the
 * connection closed meanwhile. No caller can catch the TypeError, and it ends the process. The statements themselves are rejected.
 *
 * Upstream: https://github.com/porsager/postgres/issues/1208 (fix proposed in pull request 1209), also issues 1066 and 1154.
 * Proof: tests/integration/store/driver-faults.test.ts, with and without the repair, and `npm run chaos`.
 * Remove when: a release checks the socket in `nextWrite`. No release does as of 3.4.9.
 */

/** Returns true for the error of a write to a closed connection, which the process survives. */
export function isDeadSocketWrite(error: unknown): error is TypeError {
  return (
    error instanceof TypeError &&
    /^\s*at Immediate\.nextWrite .*postgres[\\/](src|cjs[\\/]src)[\\/]connection\.js/m.test(error.stack ?? "")
  );
}
