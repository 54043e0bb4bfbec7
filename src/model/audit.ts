import type { AuditAction } from "./enums/audit.js";

/** The sender of a change, as the audit log names it. Texts that are unknown are null. */
export interface Actor {
  readonly kind: ActorKind;
  readonly tokenId: string | null;
  readonly tokenName: string | null;
  /** Operating system's user who ran a command. */
  readonly osUser: string | null;
  /** IP address of the client. */
  readonly address: string | null;
  /** X-Request-Id of the request. */
  readonly requestId: string | null;
}

/**
 * Kinds of actors: a token, a client of a server that requires none, a command on a machine with access to the database, and the
 * server itself.
 */
export type ActorKind = "TOKEN" | "ANONYMOUS" | "COMMAND" | "SERVER";

const NOBODY = { tokenId: null, tokenName: null, osUser: null, address: null, requestId: null };

/** The server itself, which removes what was deleted long ago. */
export const SERVER_ACTOR: Actor = { ...NOBODY, kind: "SERVER" };

/** Returns the actor of a command that `osUser` runs; null if the operating system does not name the user. */
export function commandActor(osUser: string | null): Actor {
  return { ...NOBODY, kind: "COMMAND", osUser };
}

/** A value before and after a change. */
export interface Change {
  readonly before: unknown;
  readonly after: unknown;
}

/** The content of an entry of the audit log. */
export interface AuditRecord {
  readonly action: AuditAction;
  /** Slug of the study; null for an action that concerns no study. */
  readonly study?: string | null;
  /** A run, a token's id, a job's id; null if the study says it. */
  readonly subject?: string | null;
  /** Changed fields by name, and further details. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Returns the fields of `after` that differ from those of `before`, each with both values. */
export function changedFields(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, Change> {
  const changed = Object.entries(after).filter(([name, value]) => !isEqual(before[name], value));
  return Object.fromEntries(changed.map(([name, value]) => [name, { before: before[name] ?? null, after: value }]));
}

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
