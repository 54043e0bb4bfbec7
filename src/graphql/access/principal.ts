/** The roles of a principal, each with the rights of those before it. */
export const ROLES = ["reader", "writer", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** The authenticated sender of a request, and what it may see and do. */
export interface Principal {
  /** The client that shares a queue and its limits: the id of a token, or an address. */
  readonly client: string;
  readonly role: Role;
  /** The slugs of the studies that the principal can see; undefined means every study. */
  readonly studies: readonly string[] | undefined;
  /** Absolute paths of the folders that its imports may read; undefined means all import roots of the server. */
  readonly importRoots: readonly string[] | undefined;
  /** Undefined if the server requires no token. */
  readonly token: { readonly id: string; readonly name: string; readonly expiresAt: Date | null } | undefined;
  /** Requests that all servers together answer in a minute; undefined for any number. */
  readonly requestsPerMinute?: number | undefined;
  /** IP address of the client; undefined for the program's own queries. */
  readonly address?: string | undefined;
  /** Operating system's user who runs a command; undefined for requests, or if the system does not name one. */
  readonly osUser?: string | undefined;
  /** The session that the principal signed in with; undefined if the request has a token itself. */
  readonly session?: { readonly id: string; readonly expiresAt: Date } | undefined;
}

/** The principal of the program's own queries: the command line and reports. */
export const PROGRAM: Principal = {
  client: "program",
  role: "admin",
  studies: undefined,
  importRoots: undefined,
  token: undefined,
};

/** Returns the principal of a request from `address` to a server that requires no token. */
export function anonymous(address: string | undefined): Principal {
  return { ...PROGRAM, client: address ?? "unknown", address: address ?? "unknown" };
}

/** Returns whether `role` includes the rights of `required`. */
export function hasRole(role: Role, required: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(required);
}
