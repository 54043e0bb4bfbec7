import type { TransactionSql } from "postgres";

/**
 * Gives a study another revision. Every transaction that changes a study, its runs or what belongs to them does so: servers
 * cache a study's rows under its revision. The values are random, so that none ever returns, even after a restore.
 */
export async function advanceRevision(sql: TransactionSql, studyId: string): Promise<void> {
  await sql`update study set revision = gen_random_uuid() where id = ${studyId}`;
}

/**
 * Returns how many rows this connection has written, as PostgreSQL counts them: if it has not grown, nothing was written
 * meanwhile, whatever was executed. Null if PostgreSQL does not count.
 */
export async function writtenRows(sql: TransactionSql): Promise<number | null> {
  const [row] = await sql<{ written: number | null }[]>`
    select case when current_setting('track_counts')::bool
      then coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::float8 end as written
    from pg_stat_xact_user_tables where schemaname not like 'pg\\_temp%'`;
  return row?.written ?? null;
}
