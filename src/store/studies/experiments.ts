import type { Sql } from "postgres";
import type { StudyDirections } from "../../model/metric-directions.js";
import type { Connection } from "../connection.js";
import type { Fragment } from "../across/fragment.js";
import type { UncomparedTensors } from "../../model/records.js";
import { mapInTurns } from "../in-turns.js";
import { finalCheckpointFirst } from "./final-checkpoint.js";
import { trainingData, type TrainingData } from "./training-data.js";
import type { Method } from "../generated/enums.js";

/** An experiment with its rank, metrics and checkpoints. */
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
  /** Stated task and data set. Null if neither is stated. */
  readonly data: TrainingData | null;
  /** The adapter settings, as the import validated them; null for a run that only tables name. */
  readonly adapter: unknown;
  /** Null for a run without a rank, such as full fine-tuning. */
  readonly rank: { readonly id: string; readonly r: number } | null;
  /** Values as recorded, NaN and infinities included. */
  readonly metrics: readonly RecordedMetric[];
  /** Better directions of metrics that people state for the study. */
  readonly studyDirections: StudyDirections;
  /** Ordered by step; checkpoints of unknown step last. */
  readonly checkpoints: readonly Checkpoint[];
  /** Id of the checkpoint that is compared (final-checkpoint.ts); null without weights. */
  readonly finalCheckpointId: string | null;
}

/** A recorded scalar. The value may be NaN or infinite. */
interface RecordedMetric {
  readonly name: string;
  readonly value: number;
  readonly source: string;
  /** Whether higher values are better, as the file states; null where it does not. */
  readonly higherIsBetter: boolean | null;
}

export interface Checkpoint {
  readonly id: string;
  readonly step: number | null;
  readonly isFinal: boolean;
  readonly folders: readonly string[];
  readonly hash: string;
  readonly files: readonly string[];
  /** Grouped by kind, in the order of the file. */
  readonly uncompared: readonly UncomparedTensors[];
}

/** Returns all experiments of `studyIds`: by rank, then more bits first, then by name. Runs without a rank come last. */
export function experimentsOfStudies({ sql }: Connection, studyIds: readonly string[]): Promise<Experiment[]> {
  return findExperiments(sql, sql`experiment.study_id = any(${[...studyIds]}::uuid[])`);
}

/** Returns the experiments of `ids` in the same order. Unknown ids are left out. */
export function experimentsById({ sql }: Connection, ids: readonly string[]): Promise<Experiment[]> {
  return findExperiments(sql, sql`experiment.id = any(${[...ids]}::uuid[])`);
}

/** Returns the number of experiments of each study; a study without any is left out. */
export function experimentCounts(
  { sql }: Connection,
  studyIds: readonly string[],
): Promise<{ studyId: string; n: number }[]> {
  return sql<{ studyId: string; n: number }[]>`
    select study_id as "studyId", count(*)::int as n from experiment
    where study_id = any(${[...studyIds]}::uuid[]) and deleted_at is null group by study_id`;
}

/** Returns the names of all metrics of a study's experiments, in alphabetical order. */
export async function metricNamesOfStudy({ sql }: Connection, studyId: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select distinct metric.name from metric join experiment on experiment.id = experiment_id
    where study_id = ${studyId} and deleted_at is null order by name`;
  return rows.map(({ name }) => name);
}

/** Experiments that are converted in one turn of the event loop: each has a list of metrics. */
const ROWS_PER_TURN = 1_000;

type Row = Omit<Experiment, "rank" | "metrics"> & {
  readonly rankId: string | null;
  readonly r: number | null;
  readonly metricNames: readonly string[];
  /** An array, because JSON has no NaN. */
  readonly metricValues: readonly number[];
  readonly metricSources: readonly string[];
  /** 1 where higher values are better, 0 where lower ones are, -1 if unknown: postgres.js reads NULL in a list as false. */
  readonly metricDirections: readonly number[];
};

/** Uses one statement, because nearly every query waits for it. */
async function findExperiments(sql: Sql, which: Fragment): Promise<Experiment[]> {
  const rows = await sql<Row[]>`
    select experiment.id, experiment.study_id as "studyId", experiment.name, method,
      quantization_label as "quantizationLabel", quantization_bits as "quantizationBits",
      quantization_scheme as "quantizationScheme", seed, steps, num_samples as "numSamples", adapter,
      ${trainingData(sql)} as data,
      study.metric_directions as "studyDirections", rank.id as "rankId", rank.r, coalesce(recorded.names, '{}') as "metricNames",
      coalesce(recorded.numbers, '{}') as "metricValues", coalesce(recorded.sources, '{}') as "metricSources",
      coalesce(recorded.directions, '{}') as "metricDirections",
      coalesce(saved.checkpoints, '[]') as checkpoints, saved.final as "finalCheckpointId"
    from experiment
    join study on study.id = experiment.study_id
    left join rank on rank.id = rank_id
    left join lateral (
      select array_agg(metric.name) as names, array_agg(value) as numbers, array_agg(source) as sources,
        array_agg(coalesce(higher_is_better::int, -1)) as directions
      from metric where experiment_id = experiment.id) as recorded on true
    left join lateral (
      select json_agg(json_build_object('id', id, 'step', step, 'isFinal', is_final, 'folders', folders, 'hash', hash,
        'files', files, 'uncompared', ${uncomparedByKind(sql)}) order by step nulls last, id) as checkpoints,
        (array_agg(id order by ${finalCheckpointFirst(sql)}))[1] as final
      from checkpoint where experiment_id = experiment.id) as saved on true
    where ${which} and experiment.deleted_at is null
    order by rank.r, quantization_bits desc nulls last, experiment.name`;
  return mapInTurns(rows, experimentOf, ROWS_PER_TURN);
}

/** Selects the number of uncompared tensors by kind. All of them could be more than the thread that serves requests may parse. */
function uncomparedByKind(sql: Sql): Fragment {
  return sql`case when uncompared = '[]' then '[]'::json else (
    select coalesce(json_agg(json_build_object('kind', kind, 'count', count, 'name', name) order by first), '[]') from (
      select tensor ->> 'kind' as kind, count(*) as count, min(position) as first,
        (array_agg(tensor ->> 'name' order by position))[1] as name
      from jsonb_array_elements(uncompared) with ordinality as listed(tensor, position) group by 1) as kinds) end`;
}

function experimentOf({
  rankId,
  r,
  metricNames,
  metricValues,
  metricSources,
  metricDirections,
  ...row
}: Row): Experiment {
  return {
    ...row,
    rank: rankId === null || r === null ? null : { id: rankId, r },
    metrics: metricNames.map((name, i) => ({
      name,
      value: metricValues[i] as number,
      source: metricSources[i] as string,
      higherIsBetter: metricDirections[i] === -1 ? null : metricDirections[i] === 1,
    })),
  };
}
