/**
 * Fault of postgres.js 3.4.9: between a socket's `error` and its `close` it still gives statements to the connection. They are
 * never sent; the connection waits for their answers for ever, and so does every later statement that it is given.
 *
 * Upstream: https://github.com/porsager/postgres/pull/1142 and the discussion of pull request 1215 ("a connection reset").
 * Proof: tests/integration/store/connection.test.ts and tests/integration/store/tls.test.ts, "statements sent as soon as ...".
 * Remove when: a release takes a connection out of the pool on `error`. No release does as of 3.4.9.
 */
import type { Socket } from "node:net";

/** Returns `socket`, which emits its error together with its close. */
export function withErrorAtClose(socket: Socket): Socket {
  const emit = socket.emit.bind(socket) as (name: string | symbol, ...values: unknown[]) => boolean;
  let error: unknown;
  socket.emit = (name: string | symbol, ...values: unknown[]) => {
    if (name === "error") {
      error ??= values[0];
      return true;
    }
    if (name === "close" && error !== undefined) emit("error", error);
    return emit(name, ...values);
  };
  return socket;
}
