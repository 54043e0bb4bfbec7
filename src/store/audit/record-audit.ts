import type { Sql, TransactionSql } from "postgres";
import { v7 as newId } from "uuid";
import type { Actor, AuditRecord } from "../../model/audit.js";

/**
 * Adds an entry to the audit log. Pass the transaction of the change, so that neither is stored without the other.
 *
 * @param sql a limited principal's transaction may add entries, too
 */
export async function recordAudit(sql: Sql | TransactionSql, actor: Actor, record: AuditRecord): Promise<void> {
  const {
    id,
    action,
    actor: kind,
    tokenId,
    tokenName,
    osUser,
    address,
    requestId,
    ...entry
  } = auditEntry(actor, record);
  await sql`
    insert into audit_entry (id, action, actor, token_id, token_name, os_user, address, request_id, study, subject, details)
    values (${id}, ${action}, ${kind}, ${tokenId}, ${tokenName}, ${osUser}, ${address}, ${requestId}, ${entry.study},
      ${entry.subject}, ${JSON.stringify(entry.details)}::text::jsonb)`;
}

/** Returns the columns of an entry, for a transaction of Prisma. */
export function auditEntry(actor: Actor, { action, study = null, subject = null, details = {} }: AuditRecord) {
  const { kind, ...origin } = actor;
  // Prisma takes JSON without dates.
  const json = JSON.parse(JSON.stringify(details)) as Record<string, never>;
  return { id: newId(), action, actor: kind, ...origin, study, subject, details: json };
}
