import type { TransactionSql } from "postgres";
import { v7 as newId } from "uuid";
import type { ExperimentRecord } from "../../model/records.js";
import { copyRows, type CopyValue } from "../copy/copy-rows.js";
import type { Ledger } from "./ledger.js";

/** An experiment's record with the id of its row. */
export interface StoredExperiment {
  readonly id: string;
  readonly record: ExperimentRecord;
}

interface Row {
  id: string;
  name: string;
  r: number | null;
  quantizationLabel: string;
  quantizationBits: number | null;
}

/** Adds new experiments with their ranks, and fills in unknown values of stored ones. */
export async function writeExperiments(
  sql: TransactionSql,
  studyId: string,
  records: readonly ExperimentRecord[],
  ledger: Ledger,
): Promise<StoredExperiment[]> {
  const ranks = await writeRanks(sql, studyId, records, ledger);
  const rows = await sql<Row[]>`
    select experiment.id, name, r, quantization_label as "quantizationLabel", quantization_bits as "quantizationBits"
    from experiment left join rank on rank.id = rank_id where experiment.study_id = ${studyId}`;
  const stored = new Map(rows.map((row) => [row.name, row]));

  const rankIdOf = ({ rank }: ExperimentRecord) => (rank === null ? undefined : ranks.get(rank));
  const written: StoredExperiment[] = [];
  const added: CopyValue[][] = [];
  for (const record of records) {
    const row = stored.get(record.name);
    const columns = columnsOf(record);
    if (row === undefined) {
      const id = newId();
      added.push([id, studyId, rankIdOf(record) ?? null, ...COLUMNS.map((name) => columns[name])]);
      written.push({ id, record });
    } else if ((row.r !== null && record.rank !== null && row.r !== record.rank) || contradicts(row, record)) {
      ledger.conflicts.push({
        where: record.name,
        message:
          `is stored with rank ${row.r ?? "unknown"} and ${row.quantizationLabel}, the folder now has rank ${record.rank ?? "unknown"} and ` +
          `${record.quantization.label}: nothing of this run was changed; import it under another slug`,
      });
    } else {
      const rankId = rankIdOf(record) ?? null;
      const filled = await sql`
        update experiment set
          rank_id = coalesce(rank_id, ${rankId}), seed = coalesce(seed, ${columns.seed}), adapter = coalesce(adapter, ${columns.adapter}::text::jsonb),
          num_samples = coalesce(num_samples, ${columns.num_samples}), steps = greatest(steps, ${columns.steps}),
          quantization_label = case when quantization_bits is null then ${columns.quantization_label} else quantization_label end,
          quantization_scheme = case when quantization_bits is null then ${columns.quantization_scheme} else quantization_scheme end,
          quantization_bits = coalesce(quantization_bits, ${columns.quantization_bits}),
          method = case when method = 'UNKNOWN' then ${columns.method}::method else method end
        where id = ${row.id} and (rank_id is null and ${rankId}::uuid is not null or seed is null and ${columns.seed}::int is not null
          or quantization_bits is null and ${columns.quantization_bits}::int is not null
          or adapter is null and ${columns.adapter}::text is not null
          or num_samples is null and ${columns.num_samples}::int is not null
          or coalesce(steps, -1) < coalesce(${columns.steps}::int, -1)
          or method = 'UNKNOWN' and ${columns.method} <> 'UNKNOWN')`;
      ledger.updated.experiments += filled.count;
      written.push({ id: row.id, record });
    }
  }
  await copyRows(sql, "experiment", ["id", "study_id", "rank_id", ...COLUMNS], added);
  ledger.added.experiments += added.length;
  return written;
}

/** Returns whether the folder states another quantization than the stored one. Unknown bits are filled in. */
function contradicts({ quantizationLabel, quantizationBits }: Row, { quantization }: ExperimentRecord): boolean {
  return quantizationBits !== null && quantizationLabel !== quantization.label;
}

const COLUMNS = [
  "name",
  "method",
  "quantization_label",
  "quantization_bits",
  "quantization_scheme",
  "seed",
  "steps",
  "num_samples",
  "adapter",
] as const;

/** Returns the values of a record's columns; the adapter as JSON text. */
function columnsOf({
  name,
  method,
  quantization,
  seed,
  steps,
  numSamples,
  adapter,
}: ExperimentRecord): Record<(typeof COLUMNS)[number], string | number | null> {
  return {
    name,
    method,
    quantization_label: quantization.label,
    quantization_bits: quantization.bits,
    quantization_scheme: quantization.scheme,
    seed,
    steps,
    num_samples: numSamples,
    adapter: adapter === null ? null : JSON.stringify(adapter),
  };
}

/** Adds new ranks. Returns all ids by r. */
async function writeRanks(
  sql: TransactionSql,
  studyId: string,
  records: readonly ExperimentRecord[],
  ledger: Ledger,
): Promise<Map<number, string>> {
  const wanted = new Set(records.flatMap(({ rank }) => rank ?? []));
  for (const r of wanted) {
    const added = await sql`
      insert into rank (id, study_id, r) values (${newId()}, ${studyId}, ${r}) on conflict (study_id, r) do nothing`;
    ledger.added.ranks += added.count;
  }
  const rows = await sql<{ id: string; r: number }[]>`select id, r from rank where study_id = ${studyId}`;
  return new Map(rows.map(({ id, r }) => [r, id]));
}
