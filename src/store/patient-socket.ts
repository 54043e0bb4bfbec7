import { once } from "node:events";
import { connect, Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Options } from "postgres";

/**
 * A connection to PostgreSQL on which nothing moves for this long is given up. A database behind a pulled cable, or a
 * firewall that forgot a connection, says nothing at all: without this its statements, and the requests behind them, wait
 * for ever. Longer than any statement may run; idle connections that are closed with it are opened again when needed.
 */
export const SILENCE_MILLISECONDS = 30_000;

/** A socket that fails with ETIMEDOUT when nothing has moved on it for `milliseconds`, TLS above it or not. */
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

function withPatience(socket: Socket, milliseconds: number): Socket {
  return socket.setTimeout(milliseconds, () => {
    const silence = new Error(`PostgreSQL said nothing for ${milliseconds / 1000} s`);
    socket.destroy(Object.assign(silence, { code: "ETIMEDOUT" }));
  });
}
