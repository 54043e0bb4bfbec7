import type { Connection } from "../connection.js";
import { finalCheckpointFirst } from "../studies/final-checkpoint.js";
import { trainingData, type TrainingData } from "../studies/training-data.js";

/** One run with the values that a comparison of studies needs. */
export interface StudyRun {
  readonly id: string;
  readonly studyId: string;
  readonly name: string;
  readonly rank: number;
  readonly seed: number | null;
  readonly method: string;
  readonly useRslora: boolean;
  readonly steps: number | null;
  /** Stated task and data set. Null if neither is stated. */
  readonly data: TrainingData | null;
  readonly quantizationLabel: string;
  readonly quantizationBits: number | null;
  /** Its final checkpoint (studies/final-checkpoint.ts); null without weights. */
  readonly checkpointId: string | null;
  readonly checkpointHash: string | null;
  /** Names and values of the requested metrics that the run has. NaN and infinities are kept. */
  readonly metricNames: readonly string[];
  readonly metricValues: readonly number[];
}

/** Returns all runs of `studyIds` that have a rank, with their `metrics`, in one statement: by rank, then more bits first, then by name. */
export function runsOfStudies(
  { sql }: Connection,
  studyIds: readonly string[],
  metrics: readonly string[],
): Promise<StudyRun[]> {
  return sql<StudyRun[]>`
    select experiment.id, experiment.study_id as "studyId", experiment.name, rank.r as rank, seed, steps, method,
      ${trainingData(sql)} as data,
      coalesce((adapter ->> 'useRslora')::boolean, false) as "useRslora",
      quantization_label as "quantizationLabel", quantization_bits as "quantizationBits",
      final.id as "checkpointId", final.hash as "checkpointHash", coalesce(recorded.names, '{}') as "metricNames",
      coalesce(recorded.numbers, '{}') as "metricValues"
    from experiment
    join rank on rank.id = rank_id
    left join lateral (
      select id, hash from checkpoint where experiment_id = experiment.id
      order by ${finalCheckpointFirst(sql)} limit 1) as final on true
    left join (
      select experiment_id, array_agg(metric.name) as names, array_agg(value) as numbers
      from metric join experiment on experiment.id = experiment_id
      where study_id = any(${[...studyIds]}::uuid[]) and deleted_at is null and metric.name = any(${[...metrics]}::text[])
      group by experiment_id) as recorded on recorded.experiment_id = experiment.id
    where experiment.study_id = any(${[...studyIds]}::uuid[]) and experiment.deleted_at is null
    order by rank.r, quantization_bits desc nulls last, experiment.name`;
}
