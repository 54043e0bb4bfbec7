import { Socket } from "node:net";

/**
 * A connection to PostgreSQL that is idle or owes an answer for this long is given up. A database behind a pulled cable, or a
 * firewall that forgot a connection, says nothing at all: without this its statements, and the requests behind them, wait
 * for ever. Longer than any statement may run; idle connections that are closed with it are opened again when needed.
 */
export const SILENCE_MILLISECONDS = 30_000;

/** How often, in that time, to look whether something has moved. */
const LOOKS = 15;
/** So much sent between two looks is a COPY, which is answered at its end; nobody takes it for long but PostgreSQL. */
const STREAM_BYTES = 2 ** 16;

/**
 * Makes sockets, not yet connected, that fail with ETIMEDOUT when they are silent for `milliseconds`, TLS above them or not.
 * They are connections to one PostgreSQL, such as those of a pool.
 */
export function patientSockets(milliseconds = SILENCE_MILLISECONDS): () => Socket {
  /** When each was last heard, or opened. */
  const heard = new Map<Socket, number>();

  function giveUp(socket: Socket): void {
    const silence = new Error(`PostgreSQL said nothing for ${milliseconds / 1000} s`);
    socket.destroy(Object.assign(silence, { code: "ETIMEDOUT" }));
  }

  // Node's own timeout takes what is sent for activity too, and postgres.js sends further statements behind those that a lost
  // connection has not answered: it would never be given up while people ask.
  return () => {
    const socket = new Socket();
    let [read, sent] = [0, 0];
    /** Since when an answer is owed. */
    let asked: number | undefined;
    heard.set(socket, performance.now());
    const look = setInterval(() => {
      const now = performance.now();
      const flushed = socket.bytesWritten - socket.writableLength;
      if (socket.bytesRead > read) {
        asked = undefined;
        heard.set(socket, now);
      } else if (flushed - sent >= STREAM_BYTES || (flushed > sent && asked === undefined)) asked = now;
      [read, sent] = [socket.bytesRead, flushed];
      const since = asked ?? heard.get(socket) ?? now;
      if (now - since < milliseconds) return;
      // Where no answer came, those that have not been heard since either are lost too: the next question would meet one.
      const lost = asked === undefined ? [socket] : [...heard].flatMap(([other, at]) => (at <= since ? [other] : []));
      lost.forEach(giveUp);
    }, milliseconds / LOOKS).unref();
    return socket.once("close", () => {
      clearInterval(look);
      heard.delete(socket);
    });
  };
}
