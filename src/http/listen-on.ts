import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { failure } from "../errors.js";

export interface Place {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/**
 * Makes an HTTP server listen.
 *
 * @param settings the variables that name the place, for whoever must correct them: `HOST and PORT`
 * @returns its address: `http://127.0.0.1:4000/`
 * @throws PORT_IN_USE, CONFIG_INVALID
 */
export async function listenOn(http: Server, { host, port }: Place, settings: string): Promise<string> {
  http.listen({ host, port });
  try {
    await once(http, "listening");
  } catch (cause) {
    const where = `${host}:${port}`;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw code === "EADDRINUSE"
      ? failure("PORT_IN_USE", { where, cause })
      : failure("CONFIG_INVALID", { where: settings, received: where, allowed: message, cause });
  }
  const name = host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${(http.address() as AddressInfo).port}/`;
}
