import { isIP } from "node:net";

export interface HostOptions {
  /** The address that the server listens on. */
  readonly host: string;
  /** Further names of the server, with or without port. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins (`https://notebook.example`) whose pages may read responses. */
  readonly corsOrigins?: readonly string[] | undefined;
}

export interface HostRules {
  /** Whether a request with this Host header is allowed. */
  allowsHost(host: string | undefined): boolean;
  /** Whether a page of this origin may send a request to this host. */
  allowsOrigin(origin: string, host: string | undefined): boolean;
  /** Whether this origin is another site whose pages may read responses. */
  isShared(origin: string): boolean;
}

/**
 * Returns the rules for the names of the server. They prevent DNS rebinding: a site can let its own name resolve to this
 * machine, and a browser then treats the server as the same origin, but the Host header has the foreign name. IP addresses are
 * always allowed, because a site cannot redirect them.
 */
export function hostRules({ host, allowedHosts = [], corsOrigins = [] }: HostOptions): HostRules {
  const allowed = new Set(allowedHosts.map((name) => name.toLowerCase()));
  const names = new Set(["localhost", host.toLowerCase(), ...allowed]);
  const shared = new Set(corsOrigins);
  return {
    allowsHost(header) {
      const url = header === undefined ? undefined : urlOf(`http://${header}`);
      if (url === undefined || header === undefined || /[/@?#\\]/.test(header)) return false;
      const { hostname } = url;
      const isAddress = isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
      return isAddress || hostname.endsWith(".localhost") || names.has(hostname) || names.has(header.toLowerCase());
    },
    allowsOrigin(origin, header) {
      const url = urlOf(origin);
      if (url === undefined) return false;
      if (url.host === header?.toLowerCase() || shared.has(origin)) return true;
      // Behind a proxy that rewrites the Host header, the origin has the configured name.
      return allowed.has(url.host) || allowed.has(url.hostname);
    },
    isShared: (origin) => shared.has(origin),
  };
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
