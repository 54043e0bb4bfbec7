import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

export interface HostOptions {
  /** The address that the server listens on. */
  readonly host: string;
  /** Further names of the server, with or without port. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins (`https://notebook.example`) whose pages may read responses. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Addresses (`10.0.0.2`) and subnets (`10.0.0.0/8`) of proxies whose X-Forwarded-Proto and X-Forwarded-For headers are trusted. */
  readonly trustedProxies?: readonly string[] | undefined;
}

export type Scheme = "http" | "https";

export interface HostRules {
  /** Whether a request with this Host header is allowed. */
  allowsHost(host: string | undefined): boolean;
  /**
   * Whether a page of this origin may send a request to this host. Origins are compared whole: scheme, host and port.
   *
   * @param scheme the scheme that the client used, if a trusted proxy states it
   */
  allowsOrigin(origin: string, host: string | undefined, scheme?: Scheme): boolean;
  /** Whether this origin is another site whose pages may read responses. */
  isShared(origin: string): boolean;
  /** Returns the scheme that the client used, from a trusted proxy's X-Forwarded-Proto; undefined without such a header. */
  schemeOf(request: IncomingMessage): Scheme | undefined;
  /**
   * Returns the IP address of the client. Behind trusted proxies, this is the last address of X-Forwarded-For that is not one of
   * theirs; the header of any other client is ignored. Undefined if the connection is closed.
   */
  addressOf(request: IncomingMessage): string | undefined;
}

/**
 * Returns the rules for the names of the server. They prevent DNS rebinding: a site can let its own name resolve to this
 * machine, and a browser then treats the server as the same origin, but the Host header has the foreign name. IP addresses are
 * always allowed, because a site cannot redirect them.
 */
export function hostRules({ host, allowedHosts = [], corsOrigins = [], trustedProxies = [] }: HostOptions): HostRules {
  const allowed = new Set(allowedHosts.map((name) => name.toLowerCase()));
  const names = new Set(["localhost", host.toLowerCase(), ...allowed]);
  const shared = new Set(corsOrigins);
  const proxies = addressList(trustedProxies);
  const isProxy = (address: string) =>
    isIP(address) !== 0 && proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  const configured = (scheme: Scheme) => [...allowed].map((name) => originOf(`${scheme}://${name}`));
  const configuredOrigins = { http: configured("http"), https: configured("https") };
  return {
    allowsHost(header) {
      const url = header === undefined ? undefined : urlOf(`http://${header}`);
      if (url === undefined || header === undefined || /[/@?#\\]/.test(header)) return false;
      const { hostname } = url;
      const isAddress = isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
      return isAddress || hostname.endsWith(".localhost") || names.has(hostname) || names.has(header.toLowerCase());
    },
    allowsOrigin(origin, header, scheme) {
      if (shared.has(origin)) return true;
      const page = originOf(origin);
      if (page === undefined) return false;
      if (page === originOf(`${scheme ?? "http"}://${header ?? ""}`)) return true;
      // Behind a proxy that rewrites the Host header, the origin has a configured name.
      const schemes: readonly Scheme[] = scheme === undefined ? ["http", "https"] : [scheme];
      return schemes.some((one) => configuredOrigins[one].includes(page));
    },
    isShared: (origin) => shared.has(origin),
    schemeOf({ headers, socket: { remoteAddress = "" } }) {
      if (!isProxy(remoteAddress)) return undefined;
      // A proxy appends its value to one that the client sent.
      const scheme = String(headers["x-forwarded-proto"]).split(",").at(-1)?.trim().toLowerCase();
      return scheme === "http" || scheme === "https" ? scheme : undefined;
    },
    addressOf({ headers, socket: { remoteAddress } }) {
      if (remoteAddress === undefined || !isProxy(remoteAddress)) return remoteAddress;
      const forwarded = [headers["x-forwarded-for"] ?? []].flat().join(",").split(",");
      const client = forwarded.map((text) => text.trim()).findLast((address) => !isProxy(address));
      return client !== undefined && isIP(client) !== 0 ? client : remoteAddress;
    },
  };
}

function addressList(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = "", prefix] = text.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** Returns the origin of a URL in its canonical form: lower case, without the default port. */
function originOf(url: string): string | undefined {
  return urlOf(url)?.origin;
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
