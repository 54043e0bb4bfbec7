import { once } from "node:events";
import { isIP, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as secure, type TLSSocket } from "node:tls";
import type { Options } from "postgres";
import { patientSockets, SILENCE_MILLISECONDS } from "./patient-socket.js";

/** Of the options that postgres.js has made of its URL. */
interface ConnectTo {
  readonly host: readonly string[];
  readonly port: readonly (string | number)[];
  readonly path?: string | undefined;
}

/** What postgres.js takes, though its types leave out `socket`. */
export type SocketOptions = Options<Record<string, never>> & {
  readonly socket?: (options: ConnectTo) => Promise<Duplex>;
};

/**
 * Has postgres.js use connections that are given up when they are silent, and secured as `url` says, by TLS that is set up
 * here: what is lost must be lost to postgres.js at once (`lostAtOnce`), also below TLS.
 */
export function socketOptions(url: string, silence = SILENCE_MILLISECONDS): SocketOptions {
  const fresh = patientSockets(silence);
  const tls = tlsOf(new URL(url).searchParams);
  return { ssl: false, socket: (options) => connected(fresh(), options, tls) };
}

/**
 * The socket, connected. Never rejects, since postgres.js does not try a connection without a socket again; one that was
 * refused is a stream that fails at the first write. Nor may it fail earlier than that: postgres.js 3.4.9 does not forget a
 * write that it put off when its connection closes, and sends nothing on the next.
 */
async function connected(socket: Socket, { host: [host = ""], port, path }: ConnectTo, tls: Tls): Promise<Duplex> {
  try {
    if (path) socket.connect({ path });
    else socket.connect({ host, port: Number(port[0]) });
    await once(socket, "connect");
    return lostAtOnce(tls.mode === "OFF" || path ? socket : await secured(socket, host, tls));
  } catch (error) {
    socket.destroy();
    return new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done(error as Error) });
  }
}

/**
 * The socket, whose error comes together with its close. Between the two postgres.js 3.4.9 gives statements to the connection,
 * which are never sent; it waits for their answers for ever, and so do all that the connection is given later.
 */
function lostAtOnce(socket: Socket): Socket {
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

interface Tls {
  readonly mode: "OFF" | "WHERE_OFFERED" | "ON" | "VERIFIED";
  /** Without asking PostgreSQL first whether it has TLS; since PostgreSQL 17. */
  readonly isDirect: boolean;
}

/** libpq's `sslmode` as postgres.js reads it; what it does not know is verified. */
function tlsOf(parameters: URLSearchParams): Tls {
  const word = parameters.get("sslrootcert") === "system" ? "verify-full" : parameters.get("sslmode");
  return { mode: modeOf(word ?? parameters.get("ssl")), isDirect: parameters.get("sslnegotiation") === "direct" };
}

function modeOf(word: string | null): Tls["mode"] {
  if (word === null || word === "disable" || word === "false") return "OFF";
  if (word === "prefer" || word === "allow") return "WHERE_OFFERED";
  return word === "require" ? "ON" : "VERIFIED";
}

/** PostgreSQL's frontend protocol, SSLRequest: its length and its code. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const OFFERED = "S";

async function secured(socket: Socket, host: string, { mode, isDirect }: Tls): Promise<Socket> {
  if (!isDirect) {
    socket.write(SSL_REQUEST);
    const [answer] = (await once(socket, "data")) as [Buffer];
    if (answer.toString("latin1") !== OFFERED) {
      if (mode === "WHERE_OFFERED") return socket;
      throw new Error("PostgreSQL offers no TLS, which the address asks for");
    }
  }
  const above: TLSSocket = secure({
    socket,
    ...(isIP(host) === 0 && { servername: host }),
    ...(isDirect && { ALPNProtocols: ["postgresql"] }),
    rejectUnauthorized: mode === "VERIFIED",
  });
  socket.on("error", (error) => above.destroy(error));
  await once(above, "secureConnect");
  return above;
}
