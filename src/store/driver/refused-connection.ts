/**
 * Fault of postgres.js 3.4.9: a connection whose `socket` option rejects is never opened again. A socket that fails before
 * the first write leaves the pending write behind (see startup-padding.ts).
 *
 * Upstream: not reported; issue https://github.com/porsager/postgres/issues/1193 is about the same retry path.
 * Proof: tests/integration/store/driver-faults.test.ts and `npm run chaos` (PostgreSQL is started again).
 * Remove when: a release retries after the option `socket` rejects. No release does as of 3.4.9.
 */
import { Duplex } from "node:stream";

/** Returns a stream that stands for a refused connection: its first write fails with `error`. */
export function refusedConnection(error: Error): Duplex {
  return new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done(error) });
}
