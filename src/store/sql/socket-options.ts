import { once } from "node:events";
import { isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Options } from "postgres";
import { withErrorAtClose } from "../driver/error-with-close.js";
import { patientSockets, SILENCE_MILLISECONDS } from "../driver/patient-socket.js";
import { refusedConnection } from "../driver/refused-connection.js";
import { readInTurns } from "./read-in-turns.js";

/** The options that postgres.js reads from its URL. */
interface Target {
  readonly host: readonly string[];
  readonly port: readonly (string | number)[];
  readonly path?: string | undefined;
}

/** Options of postgres.js; its types lack `socket`. */
export type SocketOptions = Options<Record<string, never>> & {
  readonly socket?: (options: Target) => Promise<Duplex>;
};

/**
 * Returns options by which postgres.js uses sockets that close when they are silent for `silence` milliseconds. TLS is set up
 * here, as `url` requests it: below TLS, too, errors must reach postgres.js with the close.
 */
export function socketOptions(url: string, silence = SILENCE_MILLISECONDS): SocketOptions {
  const newSocket = patientSockets(silence);
  const tls = tlsOf(new URL(url).searchParams);
  return { ssl: false, socket: (options) => openSocket(newSocket(), options, tls) };
}

/** Connects `socket`. Never rejects: a refused connection is a stream whose first write fails. */
async function openSocket(socket: Socket, { host: [host = ""], port, path }: Target, tls: Tls): Promise<Duplex> {
  try {
    if (path) socket.connect({ path });
    else socket.connect({ host, port: Number(port[0]) });
    await once(socket, "connect");
    return readInTurns(withErrorAtClose(tls.mode === "OFF" || path ? socket : await withTls(socket, host, tls)));
  } catch (error) {
    socket.destroy();
    return refusedConnection(error as Error);
  }
}

interface Tls {
  readonly mode: "OFF" | "IF_OFFERED" | "ON" | "VERIFIED";
  /** True to start TLS without asking PostgreSQL whether it is offered; since PostgreSQL 17. */
  readonly isDirect: boolean;
}

/** Reads libpq's `sslmode` as postgres.js does. An unknown mode requires verified certificates. */
function tlsOf(parameters: URLSearchParams): Tls {
  const word = parameters.get("sslrootcert") === "system" ? "verify-full" : parameters.get("sslmode");
  return { mode: modeOf(word ?? parameters.get("ssl")), isDirect: parameters.get("sslnegotiation") === "direct" };
}

function modeOf(word: string | null): Tls["mode"] {
  if (word === null || word === "disable" || word === "false") return "OFF";
  if (word === "prefer" || word === "allow") return "IF_OFFERED";
  return word === "require" ? "ON" : "VERIFIED";
}

/** SSLRequest of PostgreSQL's frontend protocol: its length and its code. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const OFFERED = "S";

async function withTls(socket: Socket, host: string, { mode, isDirect }: Tls): Promise<Socket> {
  if (!isDirect) {
    socket.write(SSL_REQUEST);
    const [answer] = (await once(socket, "data")) as [Buffer];
    if (answer.toString("latin1") !== OFFERED) {
      if (mode === "IF_OFFERED") return socket;
      throw new Error("PostgreSQL does not offer TLS, which the database URL requires");
    }
  }
  const secured: TLSSocket = connectTls({
    socket,
    ...(isIP(host) === 0 && { servername: host }),
    ...(isDirect && { ALPNProtocols: ["postgresql"] }),
    rejectUnauthorized: mode === "VERIFIED",
  });
  socket.on("error", (error) => secured.destroy(error));
  await once(secured, "secureConnect");
  return secured;
}
