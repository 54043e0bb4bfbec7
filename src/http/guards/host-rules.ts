import { isIP } from "node:net";

export interface HostOptions {
  /** Where the server listens. */
  readonly host: string;
  /** Names, with or without port, under which it is reached beside those. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Whole origins (`https://notebook.example`) whose pages may read answers. */
  readonly corsOrigins?: readonly string[] | undefined;
}

export interface HostRules {
  /** Whether a request with this Host header may be answered. */
  allowsHost(host: string | undefined): boolean;
  /** Whether a page of this origin may send a request to this host. */
  allowsOrigin(origin: string, host: string | undefined): boolean;
  /** Whether a page of this origin, which is another's, may read the answer. */
  isShared(origin: string): boolean;
}

/**
 * Which names the server goes by. A page can have its own name point at this machine (DNS rebinding) and is then of the same
 * origin as the server for a browser; its name is still in the Host header, and is none of these. Addresses are all allowed:
 * a name can be made to point elsewhere, an address cannot.
 */
export function hostRules({ host, allowedHosts = [], corsOrigins = [] }: HostOptions): HostRules {
  const names = new Set(["localhost", host.toLowerCase(), ...allowedHosts.map((name) => name.toLowerCase())]);
  const shared = new Set(corsOrigins);
  const given = new Set(allowedHosts.map((name) => name.toLowerCase()));
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
      // A proxy that rewrites Host is known by the name it was given here.
      return url.host === header?.toLowerCase() || given.has(url.host) || given.has(url.hostname) || shared.has(origin);
    },
    isShared: (origin) => shared.has(origin),
  };
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
