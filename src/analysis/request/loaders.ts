import DataLoader from "dataloader";
import type { JobRequester } from "../../model/job-payloads.js";
import type { StoredFactors } from "../../model/weight-updates.js";
import type { WeightFacts } from "../../model/weight-facts.js";
import {
  experimentCounts,
  experimentsById,
  experimentsOfStudies,
  type Experiment,
} from "../../store/studies/experiments.js";
import { baseModelsByKey, type StoredBaseModel } from "../../store/base-models.js";
import type { Connection } from "../../store/connection.js";
import { factorsOfCheckpoints } from "../../store/studies/factors.js";
import { selectedExperimentIds, type ExperimentSelection } from "../../store/across/selected-experiments.js";
import { mapInTurns } from "../../store/in-turns.js";
import { jobsById, type Job } from "../../store/queue/jobs.js";
import {
  evaluationsOfExperiments,
  type EvaluationSelection,
  type StoredEvaluation,
} from "../../store/studies/evaluations.js";
import { layersOfStudies, type Layer } from "../../store/studies/layers.js";
import { ranksOfStudies, type Rank } from "../../store/studies/ranks.js";
import {
  curvesOfStudies,
  peakLearningRates,
  seriesNames,
  seriesOfExperiments,
  wallTimesOfSeries,
  type Series,
  type SeriesKey,
  type StudyCurves,
} from "../../store/studies/series.js";
import {
  predictionSetsOfExperiments,
  type PredictionSelection,
  type StoredPredictionSet,
} from "../../store/studies/predictions.js";
import { settingsOfExperiments, type StoredSetting } from "../../store/studies/settings.js";
import { studiesById, studiesBySlug, type Study } from "../../store/studies/studies.js";
import { checkConfigFields } from "../across-studies/check-config-fields.js";
import { comparisonLoader, type CheckpointComparison, type CheckpointPair } from "../similarity/comparison-loader.js";
import { similarityLoader, type RankSimilarityKey, type StudySimilarity } from "../similarity/similarity-loader.js";
import { eachSelected, selectedKeyText } from "./each-selected.js";
import { openReadTracker } from "./read-tracker.js";
import type { Deadline } from "./request-deadline.js";
import { openWeightFactsLoader, type WeightFactsLoader } from "./weight-facts-loader.js";

/** The batched reads of one request: each batch is one statement, for any number of keys. */
export interface Loaders {
  readonly studyBySlug: DataLoader<string, Study | undefined>;
  readonly studyById: DataLoader<string, Study | undefined>;
  /** Keyed by the study's id, like the next three. */
  readonly experiments: DataLoader<string, Experiment[]>;
  readonly experimentCount: DataLoader<string, number>;
  readonly ranks: DataLoader<string, Rank[]>;
  readonly layers: DataLoader<string, Layer[]>;
  readonly experimentById: DataLoader<string, Experiment | undefined>;
  /** Ids of the selected runs of a study, in order: one batch for each selection, whatever the number of studies. */
  readonly selectedExperiments: DataLoader<SelectionKey, readonly string[], string>;
  readonly series: DataLoader<SeriesKey, Series | undefined, string>;
  readonly studyCurves: DataLoader<StudyCurves, Series[], string>;
  /** Keyed by the study's id. */
  readonly peakLearningRates: DataLoader<string, PeakLearningRate[]>;
  /** Keyed by the experiment's id. */
  /** Times of the points of curves, in seconds since 1970; undefined for a curve without them. */
  readonly wallTimes: DataLoader<SeriesKey, readonly number[] | undefined, string>;
  readonly seriesNames: DataLoader<string, string[]>;
  readonly settings: DataLoader<string, StoredSetting[]>;
  readonly evaluations: DataLoader<EvaluationKey, StoredEvaluation[], string>;
  readonly predictionSets: DataLoader<PredictionKey, StoredPredictionSet[], string>;
  /** Keyed by the checkpoint's id. */
  readonly factors: DataLoader<string, StoredFactors[]>;
  readonly weights: WeightFactsLoader;
  readonly similarity: DataLoader<RankSimilarityKey, StudySimilarity, string>;
  readonly comparison: DataLoader<CheckpointPair, CheckpointComparison, string>;
  readonly jobById: DataLoader<string, Job | undefined>;
  /** Registered models by the key of `baseModelName`. */
  readonly baseModels: DataLoader<string, StoredBaseModel[]>;
}

interface SelectionKey extends ExperimentSelection {
  readonly studyId: string;
}

interface EvaluationKey extends EvaluationSelection {
  readonly experimentId: string;
}

type PeakLearningRate = Awaited<ReturnType<typeof peakLearningRates>>[number];

interface PredictionKey extends PredictionSelection {
  readonly experimentId: string;
}

interface LoadersOptions {
  readonly database: Connection;
  readonly weights: WeightFacts;
  readonly deadline: Deadline;
  /** Recorded with the jobs that the request queues. */
  readonly requester: JobRequester;
}

/** Opens the loaders of a request. */
export function openLoaders({ database, weights, deadline, requester }: LoadersOptions): Loaders {
  const reads = openReadTracker(deadline.signal);

  /**
   * Opens a loader whose batches start when the running reads have ended. The number of statements thus depends on the
   * request only, not on which of two reads ends first.
   */
  function open<Key, Value, CacheKey = Key>(
    read: Batch<Key, Value | Error>,
    cacheKeyFn?: (key: Key) => CacheKey,
  ): DataLoader<Key, Value, CacheKey> {
    return new DataLoader<Key, Value, CacheKey>(reads.tracked(read), {
      batchScheduleFn: (callback) => reads.whenReadsEnd(callback),
      ...(cacheKeyFn !== undefined && { cacheKeyFn }),
    });
  }

  const experiments = open(eachMany((ids) => experimentsOfStudies(database, ids), studyId));
  const layers = open(eachMany((ids) => layersOfStudies(database, ids), studyId));
  const factors = open(
    eachMany(
      (ids) => factorsOfCheckpoints(database, ids),
      ({ checkpointId }) => checkpointId,
    ),
  );
  const weightFacts = openWeightFactsLoader({ weights, deadline, requester }, reads);
  return {
    studyBySlug: open(
      eachOne(
        (slugs) => studiesBySlug(database, slugs),
        ({ slug }) => slug,
      ),
    ),
    studyById: open(eachOne((ids) => studiesById(database, ids), ownId)),
    experiments,
    experimentCount: open((ids: readonly string[]) => countExperiments(database, ids)),
    ranks: open(eachMany((ids) => ranksOfStudies(database, ids), studyId)),
    layers,
    experimentById: open(eachOne((ids) => experimentsById(database, ids), ownId)),
    selectedExperiments: open(
      (keys: readonly SelectionKey[]) => readSelections(database, keys),
      ({ studyId: id, ...selection }) => `${id} ${selectionText(selection)}`,
    ),
    series: open((keys: readonly SeriesKey[]) => readSeries(database, keys), seriesKeyText),
    peakLearningRates: open(eachMany((ids) => peakLearningRates(database, ids), studyId)),
    studyCurves: open((keys: readonly StudyCurves[]) => readStudyCurves(database, keys), curvesKeyText),
    wallTimes: open((keys: readonly SeriesKey[]) => readWallTimes(database, keys), seriesKeyText),
    seriesNames: open((ids: readonly string[]) => readSeriesNames(database, ids)),
    settings: open(
      eachMany(
        (ids) => settingsOfExperiments(database, ids),
        ({ experimentId }) => experimentId,
      ),
    ),
    evaluations: open(
      eachSelected<EvaluationKey, StoredEvaluation>((ids, selection) =>
        evaluationsOfExperiments(database, ids, selection),
      ),
      selectedKeyText,
    ),
    predictionSets: open(
      eachSelected<PredictionKey, StoredPredictionSet>((ids, selection) =>
        predictionSetsOfExperiments(database, ids, selection),
      ),
      selectedKeyText,
    ),
    factors,
    weights: weightFacts,
    similarity: similarityLoader(weightFacts, { experiments, layers, factors }),
    comparison: comparisonLoader(weightFacts, { layers, factors }),
    jobById: open(eachOne((ids) => jobsById(database, ids), ownId)),
    baseModels: open(async (keys: readonly string[]) => {
      const models = await baseModelsByKey(database, keys);
      return keys.map((key) => models.filter((model) => model.keys.includes(key)));
    }),
  };
}

type Batch<Key, Value> = (keys: readonly Key[]) => Promise<Value[]>;

/** Returns a batch for keys that each have at most one row. */
function eachOne<Row>(read: Batch<string, Row>, keyOf: (row: Row) => string): Batch<string, Row | undefined> {
  return async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key));
  };
}

/** Returns a batch for keys that each have any number of rows, whose order is kept. */
function eachMany<Row>(read: Batch<string, Row>, keyOf: (row: Row) => string): Batch<string, Row[]> {
  return async (keys) => {
    const rows = await groupRows(await read(keys), keyOf);
    return keys.map((key) => rows.get(key) ?? []);
  };
}

/** Groups rows by key. Other requests are served meanwhile. */
async function groupRows<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Promise<Map<string, Row[]>> {
  const grouped = new Map<string, Row[]>();
  await mapInTurns(rows, (row) => {
    const ofKey = grouped.get(keyOf(row));
    if (ofKey === undefined) grouped.set(keyOf(row), [row]);
    else ofKey.push(row);
  });
  return grouped;
}

async function countExperiments(database: Connection, studyIds: readonly string[]): Promise<number[]> {
  const counts = new Map((await experimentCounts(database, studyIds)).map((row) => [row.studyId, row.n]));
  return studyIds.map((id) => counts.get(id) ?? 0);
}

/** Reads each different selection in one statement. A selection that is invalid is an error of its own keys only. */
async function readSelections(
  database: Connection,
  keys: readonly SelectionKey[],
): Promise<(readonly string[] | Error)[]> {
  const selections = new Map(keys.map((key) => [selectionText(key), key]));
  const found = new Map<string, ReadonlyMap<string, readonly string[]> | Error>();
  for (const [text, { filter, orderBy }] of selections) {
    const studyIds = keys.filter((key) => selectionText(key) === text).map(({ studyId: id }) => id);
    found.set(text, await readSelection(database, studyIds, { filter, orderBy }));
  }
  return keys.map((key) => {
    const ofSelection = found.get(selectionText(key));
    return ofSelection instanceof Error ? ofSelection : (ofSelection?.get(key.studyId) ?? []);
  });
}

async function readSelection(
  database: Connection,
  studyIds: readonly string[],
  selection: ExperimentSelection,
): Promise<ReadonlyMap<string, readonly string[]> | Error> {
  try {
    const { filter, orderBy } = selection;
    await checkConfigFields(database, { filter, fields: orderBy?.field === "CONFIG" ? [orderBy.config ?? ""] : [] });
    const rows = await selectedExperimentIds(database, studyIds, selection);
    return new Map(rows.map(({ studyId: id, ids }) => [id, ids]));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Returns a text that is equal for equal selections. */
function selectionText({ filter, orderBy }: ExperimentSelection): string {
  return JSON.stringify([filter, orderBy]);
}

async function readSeries(database: Connection, keys: readonly SeriesKey[]): Promise<(Series | undefined)[]> {
  const rows = await seriesOfExperiments(database, keys);
  const byKey = new Map(rows.map((row) => [seriesKeyText(row), row]));
  return keys.map((key) => byKey.get(seriesKeyText(key)));
}

async function readWallTimes(
  database: Connection,
  keys: readonly SeriesKey[],
): Promise<(readonly number[] | undefined)[]> {
  const rows = await wallTimesOfSeries(database, keys);
  const byKey = new Map(rows.map((row) => [seriesKeyText(row), row.wallTimes]));
  return keys.map((key) => byKey.get(seriesKeyText(key)));
}

async function readStudyCurves(database: Connection, keys: readonly StudyCurves[]): Promise<Series[][]> {
  const curves = await groupRows(await curvesOfStudies(database, keys), curvesKeyText);
  return keys.map((key) => curves.get(curvesKeyText(key)) ?? []);
}

async function readSeriesNames(database: Connection, experimentIds: readonly string[]): Promise<string[][]> {
  const names = new Map(experimentIds.map((id): [string, string[]] => [id, []]));
  for (const { experimentId, name } of await seriesNames(database, experimentIds)) names.get(experimentId)?.push(name);
  return experimentIds.map((id) => names.get(id) ?? []);
}

function curvesKeyText({ studyId: id, name }: StudyCurves): string {
  return `${id} ${name}`;
}

function seriesKeyText({ experimentId, name }: SeriesKey): string {
  return `${experimentId} ${name}`;
}

function ownId({ id }: { readonly id: string }): string {
  return id;
}

function studyId(row: { readonly studyId: string }): string {
  return row.studyId;
}
