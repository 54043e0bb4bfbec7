/**
 * Fault of postgres.js 3.4.9: messages under 1,024 bytes are written in a later turn (`nextWriteTimer`). If the connection
 * closes before that turn, the timer is cancelled but not forgotten. Nothing is sent on the connections that replace it, and
 * each statement given to them fails after 30 s with CONNECT_TIMEOUT.
 *
 * Upstream: described in the discussions of https://github.com/porsager/postgres/pull/1168 and
 * https://github.com/porsager/postgres/pull/1215, which mends it.
 * Proof: tests/integration/store/driver-faults.test.ts, with and without the padding, and `npm run chaos`.
 * Remove when: a release forgets the timer and the pending bytes on close. No release does as of 3.4.9.
 */

/**
 * Value of the startup parameter `options` that makes the first message of a connection long enough to be written at once.
 * PostgreSQL reads spaces as no options.
 */
export const STARTUP_PADDING = " ".repeat(1024);
