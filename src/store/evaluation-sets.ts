import type { Sql } from "postgres";
import { v7 as newId } from "uuid";
import { changedFields, type Actor } from "../model/audit.js";
import type { EvaluationSetRecord } from "../model/evaluation-sets.js";
import type { Fragment } from "./across/fragment.js";
import { afterPosition, inOrder, type OrderKey, type Position } from "./across/keyset.js";
import { recordAudit } from "./audit/record-audit.js";
import type { Connection } from "./connection.js";

/** A registered evaluation set. */
export interface StoredEvaluationSet extends EvaluationSetRecord {
  readonly id: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The change by a registration: a new name, other items under a known name, or nothing but the file's path. */
export type EvaluationSetChange = "NEW" | "REPLACED" | "SAME";

/** Registers a set under its name. Another set of this name is replaced; facts of its items stay stored. */
export async function saveEvaluationSet(
  { sql }: Connection,
  record: EvaluationSetRecord,
  actor: Actor,
): Promise<{ readonly id: string; readonly change: EvaluationSetChange }> {
  return sql.begin(async (transaction) => {
    // Two registrations of a name at once would otherwise both insert it.
    await transaction`lock table evaluation_set in share row exclusive mode`;
    const [stored] = await transaction<{ id: string; hash: string; path: string; ownDataOf: string[] }[]>`
      select id, hash, path, own_data_of as "ownDataOf" from evaluation_set where name = ${record.name}`;
    const { name, path, size, stamp, hash, items, kinds, characters, givenTokens, ownDataOf } = record;
    const values = {
      name,
      path,
      size,
      stamp,
      hash,
      items,
      kinds: transaction.json({ ...kinds }),
      characters,
      given_tokens: givenTokens,
      own_data_of: [...ownDataOf],
    };
    const { id: _, ...before } = stored ?? { id: null };
    const details = changedFields(before, { hash, path, ownDataOf });
    if (Object.keys(details).length > 0) {
      await recordAudit(transaction, actor, { action: "EVALUATION_SET_REGISTERED", subject: name, details });
    }
    if (stored === undefined) {
      const id = newId();
      await transaction`insert into evaluation_set ${transaction({ ...values, id } as never)}`;
      return { id, change: "NEW" };
    }
    await transaction`update evaluation_set set ${transaction(values as never)}, updated_at = now() where id = ${stored.id}`;
    return { id: stored.id, change: stored.hash === hash ? "SAME" : "REPLACED" };
  });
}

/** Returns the sets after a position, ordered by creation, the newest first, each with the value that it is ordered by. */
export function listEvaluationSets(
  { sql }: Connection,
  { after, limit }: { readonly after?: Position | undefined; readonly limit: number },
): Promise<(StoredEvaluationSet & { readonly orderKey: Date })[]> {
  const order: OrderKey = { column: sql`created_at`, type: "timestamptz", nullable: false };
  const id = sql`id`;
  return sql<(StoredEvaluationSet & { orderKey: Date })[]>`
    select ${columns(sql)}, created_at as "orderKey" from evaluation_set
    where ${afterPosition(sql, order, id, "DESC", after)} order by ${inOrder(sql, order, id, "DESC")} limit ${limit}`;
}

export async function countEvaluationSets({ sql }: Connection): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from evaluation_set`;
  return row?.n ?? 0;
}

/** Returns the sets of these names. Unknown names are left out. */
export function evaluationSetsByName({ sql }: Connection, names: readonly string[]): Promise<StoredEvaluationSet[]> {
  return sql<StoredEvaluationSet[]>`select ${columns(sql)} from evaluation_set where name = any(${[...names]}::text[])`;
}

/** Returns the sets of these items, by name. */
export function evaluationSetsByHash({ sql }: Connection, hash: string): Promise<StoredEvaluationSet[]> {
  return sql<StoredEvaluationSet[]>`select ${columns(sql)} from evaluation_set where hash = ${hash} order by name`;
}

/** Removes the registration of a set; its file and the facts of its items stay. Returns false if no set has this name. */
export function removeEvaluationSet({ sql }: Connection, name: string, actor: Actor): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const [removed] = await transaction<{ path: string; hash: string }[]>`
      delete from evaluation_set where name = ${name} returning path, hash`;
    if (removed === undefined) return false;
    await recordAudit(transaction, actor, { action: "EVALUATION_SET_REMOVED", subject: name, details: removed });
    return true;
  });
}

function columns(sql: Sql): Fragment {
  return sql`id, name, path, size, stamp, hash, items, kinds, characters, given_tokens as "givenTokens",
    own_data_of as "ownDataOf", created_at as "createdAt", updated_at as "updatedAt"`;
}
