/**
 * Fault of postgres.js 3.4.9 (and of pg 8): a half-open connection, caused by a pulled cable or an expired firewall entry,
 * is never detected. Its statements, and the requests behind them, wait for ever.
 *
 * Upstream: https://github.com/porsager/postgres/issues/1089, https://github.com/brianc/node-postgres/issues/2973.
 * Proof: tests/integration/store/patient-socket.test.ts and tests/integration/store/tls.test.ts.
 * Remove when: a release closes a connection that does not answer. No release does as of 3.4.9.
 */
import { Socket } from "node:net";

/**
 * Time without received bytes after which a connection is closed, whether it is idle or waits for a response. It exceeds the
 * time limit of a request's statements. Closed idle connections open again when they are needed.
 */
export const SILENCE_MILLISECONDS = 30_000;

/** Checks of a socket in that time. */
const CHECKS = 15;
/** A client that sends this many bytes between two checks runs a COPY, to which PostgreSQL responds at its end. */
const STREAM_BYTES = 2 ** 16;

/**
 * Returns a factory of sockets, not yet connected, that fail with ETIMEDOUT when they are silent for `milliseconds`, with or
 * without TLS above them. All of them must connect to the same PostgreSQL, as those of a pool do.
 */
export function patientSockets(milliseconds = SILENCE_MILLISECONDS): () => Socket {
  /** When each socket last received bytes, or was opened. */
  const lastReceived = new Map<Socket, number>();

  function closeSilent(socket: Socket): void {
    const silence = new Error(`PostgreSQL did not answer for ${milliseconds / 1000} s`);
    socket.destroy(Object.assign(silence, { code: "ETIMEDOUT" }));
  }

  // Node's own timeout counts sent bytes as activity. postgres.js sends further statements on a connection that has not
  // answered earlier ones, so that the timeout would never pass while requests arrive.
  return () => {
    const socket = new Socket();
    let bytesRead = 0;
    let bytesSent = 0;
    /** Time since which a response is missing; undefined if none is. */
    let waitingSince: number | undefined;
    lastReceived.set(socket, performance.now());
    const check = setInterval(() => {
      const now = performance.now();
      const flushed = socket.bytesWritten - socket.writableLength;
      const isStreaming = flushed - bytesSent >= STREAM_BYTES;
      if (socket.bytesRead > bytesRead) {
        waitingSince = undefined;
        lastReceived.set(socket, now);
      } else if (isStreaming || (flushed > bytesSent && waitingSince === undefined)) waitingSince = now;
      bytesRead = socket.bytesRead;
      bytesSent = flushed;
      const silentSince = waitingSince ?? lastReceived.get(socket) ?? now;
      if (now - silentSince < milliseconds) return;
      // If a response is missing, the connections that have received nothing since then are lost as well.
      const lost =
        waitingSince === undefined
          ? [socket]
          : [...lastReceived].filter(([, receivedAt]) => receivedAt <= silentSince).map(([other]) => other);
      lost.forEach(closeSilent);
    }, milliseconds / CHECKS).unref();
    return socket.once("close", () => {
      clearInterval(check);
      lastReceived.delete(socket);
    });
  };
}
