import type { Sql } from "postgres";
import type { Connection } from "./connection.js";
import type { Fragment } from "./across/fragment.js";
import type { Method } from "./generated/enums.js";

/** An experiment with its rank, its scalars and its checkpoints. */
export interface Experiment {
  readonly id: string;
  readonly studyId: string;
  readonly name: string;
  readonly method: Method;
  readonly quantizationLabel: string;
  readonly quantizationBits: number | null;
  readonly quantizationScheme: string | null;
  readonly seed: number | null;
  readonly steps: number | null;
  readonly numSamples: number | null;
  /** As the import checked it; null where only tables name the run. */
  readonly adapter: unknown;
  readonly rank: { readonly id: string; readonly r: number };
  /** Values are as recorded, NaN and infinities included. */
  readonly metrics: readonly { readonly name: string; readonly value: number; readonly source: string }[];
  /** By step, those of unknown step last. */
  readonly checkpoints: readonly Checkpoint[];
}

export interface Checkpoint {
  readonly id: string;
  readonly step: number | null;
  readonly isFinal: boolean;
  readonly folders: readonly string[];
  readonly hash: string;
  readonly files: readonly string[];
  readonly uncompared: unknown;
}

/** All experiments of `studyIds`: by rank, then the more bits first, then by name. */
export function experimentsOfStudies({ sql }: Connection, studyIds: readonly string[]): Promise<Experiment[]> {
  return findExperiments(sql, sql`experiment.study_id = any(${[...studyIds]}::uuid[])`);
}

/** The experiments of `ids`, in the same order; unknown ids are left out. */
export function experimentsById({ sql }: Connection, ids: readonly string[]): Promise<Experiment[]> {
  return findExperiments(sql, sql`experiment.id = any(${[...ids]}::uuid[])`);
}

type Row = Omit<Experiment, "rank" | "metrics"> & {
  readonly rankId: string;
  readonly r: number;
  readonly metricNames: readonly string[];
  /** Arrays, unlike JSON, hold NaN. */
  readonly metricValues: readonly number[];
  readonly metricSources: readonly string[];
};

/** In one statement: nearly every query waits for it. */
async function findExperiments(sql: Sql, which: Fragment): Promise<Experiment[]> {
  const rows = await sql<Row[]>`
    select experiment.id, experiment.study_id as "studyId", experiment.name, method,
      quantization_label as "quantizationLabel", quantization_bits as "quantizationBits",
      quantization_scheme as "quantizationScheme", seed, steps, num_samples as "numSamples", adapter,
      rank.id as "rankId", rank.r, coalesce(recorded.names, '{}') as "metricNames",
      coalesce(recorded.numbers, '{}') as "metricValues", coalesce(recorded.sources, '{}') as "metricSources",
      coalesce(saved.checkpoints, '[]') as checkpoints
    from experiment
    join rank on rank.id = rank_id
    left join lateral (
      select array_agg(metric.name) as names, array_agg(value) as numbers, array_agg(source) as sources
      from metric where experiment_id = experiment.id) as recorded on true
    left join lateral (
      select json_agg(json_build_object('id', id, 'step', step, 'isFinal', is_final, 'folders', folders, 'hash', hash,
        'files', files, 'uncompared', uncompared) order by step nulls last, id) as checkpoints
      from checkpoint where experiment_id = experiment.id) as saved on true
    where ${which}
    order by rank.r, quantization_bits desc nulls last, experiment.name`;
  return rows.map(({ rankId, r, metricNames, metricValues, metricSources, ...row }) => ({
    ...row,
    rank: { id: rankId, r },
    metrics: metricNames.map((name, i) => ({
      name,
      value: metricValues[i] as number,
      source: metricSources[i] as string,
    })),
  }));
}
