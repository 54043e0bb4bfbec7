/** What a caller may do; each may also do what those before it may. */
export const ROLES = ["reader", "writer", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Who asks. */
export interface Caller {
  /** Whose requests share turns and queue: a token's id, or an address. */
  readonly client: string;
  readonly role: Role;
  /** The slugs of the only studies that there are for the caller; undefined is all of them. */
  readonly studies: readonly string[] | undefined;
  /** Undefined where nobody needs one. */
  readonly token: { readonly id: string; readonly expiresAt: Date | null } | undefined;
}

/** The program itself: its command line and its reports. */
export const PROGRAM: Caller = { client: "program", role: "admin", studies: undefined, token: undefined };

/** Whoever reaches a server that needs no token. */
export function anyone(address: string | undefined): Caller {
  return { ...PROGRAM, client: address ?? "unknown" };
}
