import DataLoader from "dataloader";
import type { WeightComparisons } from "../jobs/payloads.js";
import type { Database } from "../store/database.js";
import { experimentsById, experimentsOfStudies, type Experiment } from "../store/experiments.js";
import { jobsById, type Job } from "../store/jobs.js";
import { layersOfStudies, type Layer } from "../store/layers.js";
import { ranksOfStudies, type Rank } from "../store/ranks.js";
import { seriesNames, seriesOfExperiments, type Series } from "../store/series.js";
import { studiesById, studiesBySlug, type Study } from "../store/studies.js";
import { similarityLoader, type RankSimilarityKey, type StudySimilarity } from "./similarity-loader.js";

/** The batched reads of one request: each is one statement, however many rows ask for it. */
export interface Loaders {
  readonly studyBySlug: DataLoader<string, Study | undefined>;
  readonly studyById: DataLoader<string, Study | undefined>;
  readonly experiments: DataLoader<string, Experiment[]>;
  readonly experimentById: DataLoader<string, Experiment | undefined>;
  readonly ranks: DataLoader<string, Rank[]>;
  readonly layers: DataLoader<string, Layer[]>;
  readonly series: DataLoader<{ experimentId: string; name: string }, Series | undefined, string>;
  readonly seriesNames: DataLoader<string, string[]>;
  readonly similarity: DataLoader<RankSimilarityKey, StudySimilarity, string>;
  readonly jobById: DataLoader<string, Job | undefined>;
}

export function openLoaders(services: {
  readonly database: Database;
  readonly comparisons: WeightComparisons;
}): Loaders {
  const { database } = services;
  const experiments = new DataLoader<string, Experiment[]>(
    many(
      (ids) => experimentsOfStudies(database, ids),
      ({ studyId }) => studyId,
    ),
  );
  const layers = new DataLoader<string, Layer[]>(
    many(
      (ids) => layersOfStudies(database, ids),
      ({ studyId }) => studyId,
    ),
  );
  const seriesKey = ({ experimentId, name }: { experimentId: string; name: string }) => `${experimentId} ${name}`;
  return {
    studyBySlug: new DataLoader(
      one(
        (slugs) => studiesBySlug(database, slugs),
        ({ slug }) => slug,
      ),
    ),
    studyById: new DataLoader(
      one(
        (ids) => studiesById(database, ids),
        ({ id }) => id,
      ),
    ),
    experiments,
    experimentById: new DataLoader(
      one(
        (ids) => experimentsById(database, ids),
        ({ id }) => id,
      ),
    ),
    ranks: new DataLoader(
      many(
        (ids) => ranksOfStudies(database, ids),
        ({ studyId }) => studyId,
      ),
    ),
    layers,
    series: new DataLoader(
      async (keys) => {
        const rows = await seriesOfExperiments(database, keys);
        const byKey = new Map(rows.map((row) => [seriesKey(row), row]));
        return keys.map((key) => byKey.get(seriesKey(key)));
      },
      { cacheKeyFn: seriesKey },
    ),
    seriesNames: new DataLoader(async (ids) => {
      const rows = await seriesNames(database, ids);
      return ids.map((id) => rows.filter(({ experimentId }) => experimentId === id).map(({ name }) => name));
    }),
    similarity: similarityLoader(services, experiments, layers),
    jobById: new DataLoader(
      one(
        (ids) => jobsById(database, ids),
        ({ id }) => id,
      ),
    ),
  };
}

type Batch<Key, Value> = (keys: readonly Key[]) => Promise<Value[]>;

/** A batch of keys that each name at most one row. */
function one<Key, Row>(read: Batch<Key, Row>, keyOf: (row: Row) => Key): Batch<Key, Row | undefined> {
  return async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key));
  };
}

/** A batch of keys that each name any number of rows, whose order is kept. */
function many<Key, Row>(read: Batch<Key, Row>, keyOf: (row: Row) => Key): Batch<Key, Row[]> {
  return async (keys) => {
    const rows = new Map<Key, Row[]>(keys.map((key) => [key, []]));
    for (const row of await read(keys)) rows.get(keyOf(row))?.push(row);
    return keys.map((key) => rows.get(key) ?? []);
  };
}
