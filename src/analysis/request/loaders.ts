import type DataLoader from "dataloader";
import type { JobRequester } from "../../model/job-payloads.js";
import type { StoredFactors } from "../../model/weight-updates.js";
import type { BehaviourFacts } from "../../model/behaviour-facts.js";
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
import type { ExperimentPage } from "../../store/across/experiment-pages.js";
import type { BestConfiguration } from "../../store/across/best-configurations.js";
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
import { notesOfStudies, type StudyNotes } from "../../store/studies/study-notes.js";
import { bestKeyText, readBestConfigurations, type BestKey } from "../across-studies/best-configurations.js";
import type { CheckpointKey } from "../runs/checkpoint-layers.js";
import {
  readRunsWithSetting,
  studyConditionKey,
  type SettingLoader,
  type StudyCondition,
} from "../runs/runs-with-setting.js";
import { comparisonLoader, type CheckpointComparison, type CheckpointPair } from "../similarity/comparison-loader.js";
import { similarityLoader, type RankSimilarityKey, type StudySimilarity } from "../similarity/similarity-loader.js";
import { openBatchLoader } from "./batch-loader.js";
import { eachMany, eachOne, groupRows, type Batch } from "./batches.js";
import { openBehaviourLoaders, type BehaviourLoaders } from "../behaviour/behaviour-loaders.js";
import { eachSelected, selectedKeyText } from "./each-selected.js";
import { pageKeyText, readPages, type ExperimentPageKey } from "./experiment-pages.js";
import { openKnownStudies, type KeptResults } from "./known-studies.js";
import { readSeries, readSeriesNames, readWallTimes, seriesKeyText } from "./read-series.js";
import { openReadTracker } from "./read-tracker.js";
import type { Deadline } from "./request-deadline.js";
import type { StudyCache } from "./study-cache.js";
import { openWeightFactsLoader, type WeightFactsLoader } from "./weight-facts-loader.js";

/** The batched reads of one request: each batch is one statement, for any number of keys. */
export interface Loaders extends BehaviourLoaders, SettingLoader {
  readonly studyBySlug: DataLoader<string, Study | undefined>;
  readonly studyById: DataLoader<string, Study | undefined>;
  /** Keyed by the study's id; undefined without notes. */
  readonly studyNotes: DataLoader<string, StudyNotes | undefined>;
  /** Keyed by the study's id, like the next three. */
  readonly experiments: DataLoader<string, Experiment[]>;
  readonly experimentCount: DataLoader<string, number>;
  readonly ranks: DataLoader<string, Rank[]>;
  readonly layers: DataLoader<string, Layer[]>;
  readonly experimentById: DataLoader<string, Experiment | undefined>;
  /** A page of each study's runs: one batch for each selection, whatever the number of studies. */
  readonly experimentPages: DataLoader<ExperimentPageKey, ExperimentPage, string>;
  /** One batch for each metric, whatever the number of studies. */
  readonly bestConfigurations: DataLoader<BestKey, BestConfiguration | undefined, string>;
  readonly series: DataLoader<SeriesKey, Series | undefined, string>;
  readonly studyCurves: DataLoader<StudyCurves, Series[], string>;
  /** Keyed by the study's id. */
  readonly peakLearningRates: DataLoader<string, PeakLearningRate[]>;
  /** Times of the points of curves, in seconds since 1970; undefined for a curve without them. */
  readonly wallTimes: DataLoader<SeriesKey, readonly number[] | undefined, string>;
  readonly seriesNames: DataLoader<string, string[]>;
  readonly settings: DataLoader<string, StoredSetting[]>;
  readonly evaluations: DataLoader<EvaluationKey, StoredEvaluation[], string>;
  readonly predictionSets: DataLoader<PredictionKey, StoredPredictionSet[], string>;
  readonly factors: DataLoader<CheckpointKey, StoredFactors[], string>;
  readonly weights: WeightFactsLoader;
  readonly similarity: DataLoader<RankSimilarityKey, StudySimilarity, string>;
  readonly comparison: DataLoader<CheckpointPair, CheckpointComparison, string>;
  readonly jobById: DataLoader<string, Job | undefined>;
  /** Registered models by the key of `baseModelName`. */
  readonly baseModels: DataLoader<string, StoredBaseModel[]>;
  readonly kept: KeptResults;
  /** Returns whether all runs of a study are cached, or being read. */
  hasExperiments(studyId: string): boolean;
  /** Makes studies known that a statement of this request read, so that their rows may come from the cache. */
  knowStudies(studies: readonly Study[]): void;
  /** Forgets everything about studies and runs: a mutation of this request has changed some. */
  forgetStudies(): void;
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
  readonly behaviour: BehaviourFacts;
  readonly deadline: Deadline;
  /** Recorded with the jobs that the request queues. */
  readonly requester: JobRequester;
  /** Undefined to read everything anew. */
  readonly cache?: StudyCache | undefined;
}

/** The part of a study that its runs are. */
const EXPERIMENTS = "experiments";

/** Opens the loaders of a request. */
export function openLoaders({ database, weights, behaviour, deadline, requester, cache }: LoadersOptions): Loaders {
  const reads = openReadTracker(deadline.signal);

  function open<Key, Value, CacheKey = Key>(
    read: Batch<Key, Value | Error>,
    cacheKeyFn?: (key: Key) => CacheKey,
  ): DataLoader<Key, Value, CacheKey> {
    return openBatchLoader(reads, read, cacheKeyFn);
  }

  const studies = openKnownStudies(cache);

  /** Opens a loader of one part of each study, by the study's id. */
  function openPart<Value extends object>(part: string, read: Batch<string, Value>): DataLoader<string, Value> {
    return open((ids: readonly string[]) => studies.read(ids, (id) => ({ studyId: id, part }), read));
  }

  const experiments = openPart(
    EXPERIMENTS,
    eachMany((ids) => experimentsOfStudies(database, ids), studyId),
  );
  const layers = openPart(
    "layers",
    eachMany((ids) => layersOfStudies(database, ids), studyId),
  );
  const factors = open(
    (keys: readonly CheckpointKey[]) => studies.read(keys, factorsPart, (missing) => readFactors(database, missing)),
    ({ id }) => id,
  );
  const runsWithSetting = open(
    (keys: readonly StudyCondition[]) => readRunsWithSetting(database, keys),
    studyConditionKey,
  );
  const weightFacts = openWeightFactsLoader({ weights, deadline, requester }, reads);
  const studyBySlug = open(
    eachOne(
      async (slugs) => studies.know(await studiesBySlug(database, slugs)),
      ({ slug }) => slug,
    ),
  );
  const studyById = open(eachOne(async (ids) => studies.know(await studiesById(database, ids)), ownId));
  const experimentPages = open((keys: readonly ExperimentPageKey[]) => readPages(database, keys), pageKeyText);
  const experimentById = open(eachOne((ids) => experimentsById(database, ids), ownId));
  return {
    ...openBehaviourLoaders({ database, behaviour, deadline, requester }, reads),
    studyBySlug,
    studyById,
    studyNotes: open(eachOne((ids) => notesOfStudies(database, ids), studyId)),
    experiments,
    experimentCount: open((ids: readonly string[]) => countExperiments(database, ids)),
    ranks: openPart(
      "ranks",
      eachMany((ids) => ranksOfStudies(database, ids), studyId),
    ),
    layers,
    experimentById,
    experimentPages,
    runsWithSetting,
    kept: studies,
    hasExperiments: (id) => studies.has({ studyId: id, part: EXPERIMENTS }),
    knowStudies: (rows) => {
      studies.know([...rows]);
      for (const row of rows) studyById.prime(row.id, row);
    },
    forgetStudies() {
      studies.forget();
      for (const loader of [studyBySlug, studyById, experiments, experimentById]) loader.clearAll();
      runsWithSetting.clearAll();
      experimentPages.clearAll();
    },
    bestConfigurations: open((keys: readonly BestKey[]) => readBestConfigurations(database, keys), bestKeyText),
    series: open((keys: readonly SeriesKey[]) => readSeries(database, keys), seriesKeyText),
    peakLearningRates: openPart(
      "peak learning rates",
      eachMany((ids) => peakLearningRates(database, ids), studyId),
    ),
    studyCurves: open(
      (keys: readonly StudyCurves[]) => studies.read(keys, curvesPart, (missing) => readStudyCurves(database, missing)),
      curvesKeyText,
    ),
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
    similarity: similarityLoader(weightFacts, { experiments, layers, factors, kept: studies, runsWithSetting }),
    comparison: comparisonLoader(weightFacts, { layers, factors }),
    jobById: open(eachOne((ids) => jobsById(database, ids), ownId)),
    baseModels: open(async (keys: readonly string[]) => {
      const models = await baseModelsByKey(database, keys);
      return keys.map((key) => models.filter((model) => model.keys.includes(key)));
    }),
  };
}

async function countExperiments(database: Connection, studyIds: readonly string[]): Promise<number[]> {
  const counts = new Map((await experimentCounts(database, studyIds)).map((row) => [row.studyId, row.n]));
  return studyIds.map((id) => counts.get(id) ?? 0);
}

function factorsPart({ id, studyId: study }: CheckpointKey) {
  return { studyId: study, part: `factors ${id}` };
}

async function readFactors(database: Connection, keys: readonly CheckpointKey[]): Promise<StoredFactors[][]> {
  const ids = keys.map(({ id }) => id);
  const factors = await groupRows(await factorsOfCheckpoints(database, ids), ({ checkpointId }) => checkpointId);
  return ids.map((id) => factors.get(id) ?? []);
}

function curvesPart({ studyId: study, name }: StudyCurves) {
  return { studyId: study, part: `curves ${name}` };
}

async function readStudyCurves(database: Connection, keys: readonly StudyCurves[]): Promise<Series[][]> {
  const curves = await groupRows(await curvesOfStudies(database, keys), curvesKeyText);
  return keys.map((key) => curves.get(curvesKeyText(key)) ?? []);
}

function curvesKeyText({ studyId: id, name }: StudyCurves): string {
  return `${id} ${name}`;
}

function ownId({ id }: { readonly id: string }): string {
  return id;
}

function studyId(row: { readonly studyId: string }): string {
  return row.studyId;
}
