import DataLoader from "dataloader";
import type { WeightFacts } from "../../model/weight-facts.js";
import { experimentCounts } from "../../store/studies/experiments.js";
import type { Connection } from "../../store/connection.js";
import { experimentsById, experimentsOfStudies, type Experiment } from "../../store/studies/experiments.js";
import { factorsOfCheckpoints } from "../../store/studies/factors.js";
import type { StoredFactors } from "../../model/stored-factors.js";
import { jobsById, type Job } from "../../store/queue/jobs.js";
import type { JobRequester } from "../../model/job-requester.js";
import { layersOfStudies, type Layer } from "../../store/studies/layers.js";
import { ranksOfStudies, type Rank } from "../../store/studies/ranks.js";
import { seriesNames, seriesOfExperiments, type Series } from "../../store/studies/series.js";
import { studiesById, studiesBySlug, type Study } from "../../store/studies/studies.js";
import { comparisonLoader, type CheckpointComparison, type CheckpointPair } from "../similarity/comparison-loader.js";
import type { Deadline } from "./request-deadline.js";
import { openReadTracker } from "./read-tracker.js";
import { similarityLoader, type RankSimilarityKey, type StudySimilarity } from "../similarity/similarity-loader.js";
import { openWeightFactsLoader, type WeightFactsLoader } from "./weight-facts-loader.js";

/** The batched reads of one request: each is one statement, however many rows ask for it. */
export interface Loaders {
  readonly studyBySlug: DataLoader<string, Study | undefined>;
  readonly studyById: DataLoader<string, Study | undefined>;
  readonly experiments: DataLoader<string, Experiment[]>;
  /** How many runs a study has, by its id. */
  readonly experimentCount: DataLoader<string, number>;
  readonly experimentById: DataLoader<string, Experiment | undefined>;
  readonly ranks: DataLoader<string, Rank[]>;
  readonly layers: DataLoader<string, Layer[]>;
  readonly series: DataLoader<{ experimentId: string; name: string }, Series | undefined, string>;
  readonly seriesNames: DataLoader<string, string[]>;
  /** By checkpoint. */
  readonly factors: DataLoader<string, StoredFactors[]>;
  readonly weights: WeightFactsLoader;
  readonly similarity: DataLoader<RankSimilarityKey, StudySimilarity, string>;
  readonly comparison: DataLoader<CheckpointPair, CheckpointComparison, string>;
  readonly jobById: DataLoader<string, Job | undefined>;
}

export function openLoaders({
  database,
  weights,
  deadline,
  requester,
}: {
  readonly database: Connection;
  readonly weights: WeightFacts;
  readonly deadline: Deadline;
  /** Of the jobs that the request leads to. */
  readonly requester: JobRequester;
}): Loaders {
  const reads = openReadTracker();
  // A batch starts when the reads under way have ended. The number of statements thus depends on the query only, not on which
  // of two reads ends first.
  const inWaves = { batchScheduleFn: (callback: () => void) => reads.whenReadsEnd(callback) };
  const one = <Key, Row>(read: Batch<Key, Row>, keyOf: (row: Row) => Key) =>
    new DataLoader<Key, Row | undefined>(reads.tracked(oneEach(read, keyOf)), inWaves);
  const many = <Key, Row>(read: Batch<Key, Row>, keyOf: (row: Row) => Key) =>
    new DataLoader<Key, Row[]>(reads.tracked(manyEach(read, keyOf)), inWaves);

  const experiments = many((ids: readonly string[]) => experimentsOfStudies(database, ids), byStudy);
  const layers = many((ids: readonly string[]) => layersOfStudies(database, ids), byStudy);
  const factors = many(
    (ids: readonly string[]) => factorsOfCheckpoints(database, ids),
    ({ checkpointId }) => checkpointId,
  );
  const weightFacts = openWeightFactsLoader({ weights, deadline, requester }, reads);
  const seriesKey = ({ experimentId, name }: { experimentId: string; name: string }) => `${experimentId} ${name}`;
  return {
    studyBySlug: one(
      (slugs: readonly string[]) => studiesBySlug(database, slugs),
      ({ slug }) => slug,
    ),
    studyById: one((ids: readonly string[]) => studiesById(database, ids), byId),
    experiments,
    experimentCount: new DataLoader(
      reads.tracked(async (ids: readonly string[]) => {
        const counts = new Map((await experimentCounts(database, ids)).map(({ studyId, n }) => [studyId, n]));
        return ids.map((id) => counts.get(id) ?? 0);
      }),
      inWaves,
    ),
    experimentById: one((ids: readonly string[]) => experimentsById(database, ids), byId),
    ranks: many((ids: readonly string[]) => ranksOfStudies(database, ids), byStudy),
    layers,
    series: new DataLoader(
      reads.tracked(async (keys: readonly { experimentId: string; name: string }[]) => {
        const rows = await seriesOfExperiments(database, keys);
        const byKey = new Map(rows.map((row) => [seriesKey(row), row]));
        return keys.map((key) => byKey.get(seriesKey(key)));
      }),
      { cacheKeyFn: seriesKey, ...inWaves },
    ),
    seriesNames: new DataLoader(
      reads.tracked(async (ids: readonly string[]) => {
        const rows = await seriesNames(database, ids);
        return ids.map((id) => rows.filter(({ experimentId }) => experimentId === id).map(({ name }) => name));
      }),
      inWaves,
    ),
    factors,
    weights: weightFacts,
    similarity: similarityLoader(weightFacts, { experiments, layers, factors }),
    comparison: comparisonLoader(weightFacts, { layers, factors }),
    jobById: one((ids: readonly string[]) => jobsById(database, ids), byId),
  };
}

const byId = ({ id }: { readonly id: string }) => id;
const byStudy = ({ studyId }: { readonly studyId: string }) => studyId;

type Batch<Key, Value> = (keys: readonly Key[]) => Promise<Value[]>;

/** A batch of keys that each name at most one row. */
function oneEach<Key, Row>(read: Batch<Key, Row>, keyOf: (row: Row) => Key): Batch<Key, Row | undefined> {
  return async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key));
  };
}

/** A batch of keys that each name any number of rows, whose order is kept. */
function manyEach<Key, Row>(read: Batch<Key, Row>, keyOf: (row: Row) => Key): Batch<Key, Row[]> {
  return async (keys) => {
    const rows = new Map<Key, Row[]>(keys.map((key) => [key, []]));
    for (const row of await read(keys)) rows.get(keyOf(row))?.push(row);
    return keys.map((key) => rows.get(key) ?? []);
  };
}
