import { once } from "node:events";
import { Socket } from "node:net";
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

/** Connections to one PostgreSQL, such as those of a pool. */
export interface PatientSockets {
  /** A socket, not yet connected, that fails with ETIMEDOUT when it is given up, TLS above it or not. */
  fresh(): Socket;
  /**
   * What postgres.js takes for its option `socket`, connected. It never rejects, since a connection without a socket is not
   * tried again; one that was refused is a stream that fails at the first write. Nor may a socket fail earlier than that:
   * postgres.js 3.4.9 does not forget a write that it put off when its connection closes, and sends nothing on the next.
   */
  connected(options: ConnectTo): Promise<Duplex>;
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

/** Opens sockets that are given up when they are silent for `milliseconds`. */
export function patientSockets(milliseconds = SILENCE_MILLISECONDS): PatientSockets {
  /** When each was last heard, or opened. */
  const heard = new Map<Socket, number>();

  function giveUp(socket: Socket): void {
    const silence = new Error(`PostgreSQL said nothing for ${milliseconds / 1000} s`);
    socket.destroy(Object.assign(silence, { code: "ETIMEDOUT" }));
  }

  /**
   * Node's own timeout takes what is sent for activity too, and postgres.js sends further statements behind those that a lost
   * connection has not answered: it would never be given up while people ask.
   */
  function fresh(): Socket {
    const socket = new Socket();
    let [read, sent, isOwed, since] = [0, 0, false, performance.now()];
    heard.set(socket, since);
    const look = setInterval(() => {
      const now = performance.now();
      const flushed = socket.bytesWritten - socket.writableLength;
      if (socket.bytesRead > read) {
        [isOwed, since] = [false, now];
        heard.set(socket, now);
      } else if (flushed - sent >= STREAM_BYTES || (flushed > sent && !isOwed)) [isOwed, since] = [true, now];
      [read, sent] = [socket.bytesRead, flushed];
      if (now - since < milliseconds) return;
      giveUp(socket);
      // Where no answer came, those that have not been heard since either are lost too: the next question would meet one.
      for (const [other, at] of isOwed ? [...heard] : []) if (at <= since) giveUp(other);
    }, milliseconds / LOOKS).unref();
    return socket.once("close", () => {
      clearInterval(look);
      heard.delete(socket);
    });
  }

  return {
    fresh,
    async connected({ host, port, path }) {
      const socket = fresh();
      if (path) socket.connect({ path });
      else socket.connect({ host: host[0], port: Number(port[0]) });
      try {
        await once(socket, "connect");
        return socket;
      } catch (error) {
        return new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done(error as Error) });
      }
    },
  };
}
