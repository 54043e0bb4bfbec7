import { connect, Socket } from "node:net";
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

/** What postgres.js takes for its option `socket`: it wants the socket connected. */
export async function connectedSocket(to: ConnectTo): Promise<Socket> {
  const [host] = to.host;
  const [port] = to.port;
  const socket = connect(to.path ? { path: to.path } : { host, port: Number(port) });
  withPatience(socket, SILENCE_MILLISECONDS);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject).once("connect", () => {
      socket.off("error", reject);
      resolve();
    });
  });
  return socket;
}

/** Of the options that postgres.js has made of its URL. */
interface ConnectTo {
  readonly host: readonly string[];
  readonly port: readonly (string | number)[];
  readonly path?: string | undefined;
}

/** What its types leave out. */
export type SocketOption = Options<Record<string, never>> & {
  readonly socket?: (options: ConnectTo) => Promise<Socket>;
};

function withPatience(socket: Socket, milliseconds: number): Socket {
  return socket.setTimeout(milliseconds, () => {
    const silence = new Error(`PostgreSQL said nothing for ${milliseconds / 1000} s`);
    socket.destroy(Object.assign(silence, { code: "ETIMEDOUT" }));
  });
}
