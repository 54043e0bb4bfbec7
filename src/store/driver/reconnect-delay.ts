/**
 * Fault of postgres.js 3.4.9: one counter of failed attempts serves the whole pool, and each lost connection increases it.
 * After ten connections are lost at once, the next ones open up to 20 s later, although none was refused.
 *
 * Upstream: the shared counter is described in https://github.com/porsager/postgres/pull/1180; the delay is not reported.
 * Proof: tests/integration/store/connection.test.ts, "connections that are all lost at once ...".
 * Remove when: a release counts the failed attempts of each connection. No release does as of 3.4.9.
 */

/** Seconds before a lost connection opens again: the option `backoff` of postgres.js. */
export const reconnectDelay = (): number => 0.2;
