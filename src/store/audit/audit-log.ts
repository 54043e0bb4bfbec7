import type { ActorKind } from "../../model/audit.js";
import type { AuditAction } from "../../model/enums/audit.js";
import { afterPosition, inOrder, type OrderKey, type Position } from "../across/keyset.js";
import { allOf, type Fragment } from "../across/fragment.js";
import { given, timeConditions } from "../across/value-conditions.js";
import type { Connection } from "../connection.js";

/** One entry of the audit log. */
export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  readonly action: AuditAction;
  readonly actor: ActorKind;
  readonly tokenId: string | null;
  readonly tokenName: string | null;
  readonly osUser: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
  readonly study: string | null;
  readonly subject: string | null;
  readonly details: unknown;
  /** The value by which the list is ordered. */
  readonly orderKey: Date;
}

/** Selects entries; null and undefined conditions have no effect. */
export interface AuditFilter {
  readonly actions?: readonly AuditAction[] | null | undefined;
  /** Slug. */
  readonly study?: string | null | undefined;
  readonly tokenId?: string | null | undefined;
  readonly since?: Date | null | undefined;
  /** Entries before this time. */
  readonly until?: Date | null | undefined;
}

/** Returns up to `limit` entries after `after`, the newest first. */
export function auditEntries(
  { sql }: Connection,
  {
    filter,
    limit,
    after,
  }: { readonly filter: AuditFilter; readonly limit: number; readonly after: Position | undefined },
): Promise<AuditEntry[]> {
  const key: OrderKey = { column: sql`at`, type: "timestamptz", nullable: false };
  const id = sql`id`;
  return sql<AuditEntry[]>`
    select id, at, action, actor, token_id as "tokenId", token_name as "tokenName", os_user as "osUser", address,
      request_id as "requestId", study, subject, details, at as "orderKey"
    from audit_entry where ${auditCondition({ sql }, filter)} and ${afterPosition(sql, key, id, "DESC", after)}
    order by ${inOrder(sql, key, id, "DESC")} limit ${limit}`;
}

/** Returns the number of entries that match `filter`. */
export async function countAuditEntries({ sql }: Connection, filter: AuditFilter): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from audit_entry where ${auditCondition({ sql }, filter)}`;
  return row?.n ?? 0;
}

function auditCondition({ sql }: Connection, { actions, study, tokenId, since, until }: AuditFilter): Fragment {
  return allOf(sql, [
    ...given(actions, (some) => sql`action = any(${[...some]}::text[])`),
    ...given(study, (slug) => sql`study = ${slug}`),
    ...given(tokenId, (id) => sql`token_id = ${id}`),
    ...timeConditions(sql, sql`at`, { gte: since ?? null, lt: until ?? null }),
  ]);
}

/** Removes entries that are older than `keepSeconds`. Returns their number. */
export async function removeOldEntries({ sql }: Connection, keepSeconds: number): Promise<number> {
  const { count } = await sql`delete from audit_entry where at < now() - make_interval(secs => ${keepSeconds})`;
  return count;
}
