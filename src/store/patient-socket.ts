import { once } from "node:events";
import { connect, Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Options } from "postgres";

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

/** A socket that fails with ETIMEDOUT when it has said nothing for `milliseconds`, TLS above it or not. */
export function patientSocket(milliseconds = SILENCE_MILLISECONDS): Socket {
  return withPatience(new Socket(), milliseconds);
}

/**
 * What postgres.js takes for its option `socket`, connected. It never rejects, since a connection without a socket is not
 * tried again; one that was refused is a stream that fails at the first write. Nor may a socket fail earlier than that:
 * postgres.js 3.4.9 does not forget a write that it put off when its connection closes, and sends nothing on the next.
 */
export async function connectedSocket({ host, port, path }: ConnectTo): Promise<Duplex> {
  const socket = connect(path ? { path } : { host: host[0], port: Number(port[0]) });
  withPatience(socket, SILENCE_MILLISECONDS);
  try {
    await once(socket, "connect");
    return socket;
  } catch (error) {
    return new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done(error as Error) });
  }
}

/** Of the options that postgres.js has made of its URL. */
interface ConnectTo {
  readonly host: readonly string[];
  readonly port: readonly (string | number)[];
  readonly path?: string | undefined;
}

/** What its types leave out. */
export type SocketOption = Options<Record<string, never>> & {
  readonly socket?: (options: ConnectTo) => Promise<Duplex>;
};

/**
 * Gives `socket` up when it is silent. Node's own timeout takes what is sent for activity too, and postgres.js sends further
 * statements behind those that a lost connection has not answered: it would never be given up while people ask.
 */
function withPatience(socket: Socket, milliseconds: number): Socket {
  let [read, sent, isOwed, since] = [0, 0, false, performance.now()];
  const look = setInterval(() => {
    const now = performance.now();
    const flushed = socket.bytesWritten - socket.writableLength;
    if (socket.bytesRead > read) [isOwed, since] = [false, now];
    else if (flushed - sent >= STREAM_BYTES || (flushed > sent && !isOwed)) [isOwed, since] = [true, now];
    [read, sent] = [socket.bytesRead, flushed];
    if (now - since < milliseconds) return;
    const silence = new Error(`PostgreSQL said nothing for ${milliseconds / 1000} s`);
    socket.destroy(Object.assign(silence, { code: "ETIMEDOUT" }));
  }, milliseconds / LOOKS).unref();
  return socket.once("close", () => clearInterval(look));
}
