import DataLoader from "dataloader";
import { pairAt, seededPairsAt } from "../../derive/runs/comparison-roles.js";
import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import { rolesKey, rolesOf } from "../runs/select-roles.js";
import { countedPairs, type PairStatistics } from "../../derive/similarity/pair-statistics.js";
import { rankSimilarity, type RankSimilarity } from "../../derive/similarity/rank-similarity.js";
import type { StoredFactors } from "../../model/weight-updates.js";
import type { Experiment } from "../../store/studies/experiments.js";
import { takeTurn } from "../../store/in-turns.js";
import type { Layer } from "../../store/studies/layers.js";
import { mergeProvenances, type Provenance } from "../request/provenance.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";
import type { CheckpointLoaders } from "../runs/checkpoint-layers.js";
import { finalCheckpoint } from "../runs/run-checkpoint.js";
import type { SettingLoader } from "../runs/runs-with-setting.js";
import { experimentFinder, runsOf } from "../runs/study-runs.js";
import type { KeptResults } from "../request/known-studies.js";
import { compareLayers, isStored, type ComparedLayer, type LayerFactors } from "./compare-layers.js";
import { LAYER_ITEMS, type ComparisonOptions } from "./compare-updates.js";

export interface RankSimilarityKey extends ComparisonOptions {
  readonly studyId: string;
  readonly rank: number;
  /** The comparison roles; those that are not given are inferred. */
  readonly roles?: RolesRequest | undefined;
}

/** The runs that represent a study's baseline and candidate at one rank. */
interface ComparedExperiments {
  readonly baseline: Experiment | null;
  readonly candidate: Experiment | null;
}

/** A compared layer with its cosine over all pairs of seeds. */
export interface StudyLayer extends ComparedLayer {
  readonly cosine: PairStatistics;
}

/** The similarity of a study's baseline and candidate at one rank. */
export interface StudySimilarity extends ComparedExperiments {
  readonly similarity: RankSimilarity<Layer>;
  /** All layers of the study, in model order, of the runs that represent the rank. */
  readonly layers: readonly StudyLayer[];
  /** The layers of each pair of seeds that counts in `similarity`, in the same order. */
  readonly pairs: readonly (readonly ComparedLayer[])[];
  readonly computed: Provenance | null;
  /** Whether every request of the study's revision would get this result. */
  readonly isComplete: boolean;
}

/** Opens the loader of the similarities at a study's ranks, which all fields of a request share. */
export function similarityLoader(
  weights: WeightFactsLoader,
  loaders: CheckpointLoaders & {
    readonly experiments: DataLoader<string, Experiment[]>;
    readonly kept: KeptResults;
  } & SettingLoader,
): DataLoader<RankSimilarityKey, StudySimilarity, string> {
  async function load(key: RankSimilarityKey): Promise<StudySimilarity> {
    const part = { studyId: key.studyId, part: `similarity ${cacheKey(key)}` };
    const kept = loaders.kept.get(part) as StudySimilarity | undefined;
    if (kept !== undefined) return kept;
    const similarity = await compare(key);
    if (similarity.isComplete) loaders.kept.keep(part, similarity, similarity.pairs);
    return similarity;
  }
  async function compare({ studyId, rank, roles, ...options }: RankSimilarityKey): Promise<StudySimilarity> {
    const [experiments, studyLayers] = await Promise.all([
      loaders.experiments.load(studyId),
      loaders.layers.load(studyId),
    ]);
    const { baseline, candidate, pairs, available } = await pairsToCompare(loaders, experiments, rank, roles);
    const factors = await pairedFactors(loaders, studyLayers, pairs);
    const compared = await compareLayers(weights, factors, options);
    await takeTurn(LAYER_ITEMS * factors.length);
    const comparedPairs = pairs.map(({ seed }, i) => {
      const ofPair = compared.slice(i * studyLayers.length, (i + 1) * studyLayers.length);
      return { seed, ofPair, layers: ofPair.map(({ similarity }) => similarity) };
    });
    const counted = countedPairs({ compared: comparedPairs, available });
    const representative = comparedPairs[0]?.ofPair ?? [];
    const similarity = rankSimilarity(rank, representative, counted);
    return {
      baseline,
      candidate,
      similarity,
      layers: representative.flatMap((layer, i) => {
        const cosine = similarity.layers[i]?.cosine;
        return cosine === undefined ? [] : [{ ...layer, cosine }];
      }),
      pairs: counted.counted.map(({ ofPair }) => ofPair),
      computed: mergeProvenances(compared.map(({ computed }) => computed)),
      isComplete: compared.every(isStored),
    };
  }
  // It only caches: reads and facts are batched by their own loaders.
  return new DataLoader((keys) => Promise.all(keys.map(load)), { cacheKeyFn: cacheKey });
}

function cacheKey({ studyId, rank, roles, scaling, waitMilliseconds }: RankSimilarityKey): string {
  return `${studyId} ${rank} ${scaling} ${waitMilliseconds} ${rolesKey(roles)}`;
}

/** A pair of runs to compare; null where there is none. */
interface ExperimentPair extends ComparedExperiments {
  readonly seed: number | null;
}

interface ExperimentPairs extends ComparedExperiments {
  /** The pairs of seeds; the first represents the rank. */
  readonly pairs: readonly ExperimentPair[];
  /** Number of pairs of seeds at the rank. */
  readonly available: number;
}

async function pairsToCompare(
  loaders: SettingLoader,
  experiments: readonly Experiment[],
  rank: number,
  request: RolesRequest | undefined,
): Promise<ExperimentPairs> {
  const runs = await runsOf(experiments);
  const roles = await rolesOf(loaders, experiments, request);
  const none = { seed: null, baseline: null, candidate: null };
  if (roles === undefined) return { ...none, pairs: [none], available: 0 };
  const experimentOf = experimentFinder(experiments);
  const { compared, available } = seededPairsAt(runs, roles, rank);
  const pairs = compared.map(({ seed, baseline, candidate }) => ({
    seed,
    baseline: experimentOf(baseline),
    candidate: experimentOf(candidate),
  }));
  if (pairs[0] !== undefined) return { ...pairs[0], pairs, available };
  // One of the two has no run at this rank. The layers of the other one are shown without a comparison.
  const { baseline, candidate } = pairAt(runs, roles, rank);
  const single = {
    seed: null,
    baseline: baseline && experimentOf(baseline),
    candidate: candidate && experimentOf(candidate),
  };
  return { ...single, pairs: [single], available };
}

/** Returns the factors of every layer of the study for the first pair, then for the second, and so on. */
async function pairedFactors(
  loaders: CheckpointLoaders,
  studyLayers: readonly Layer[],
  pairs: readonly ExperimentPair[],
): Promise<LayerFactors[]> {
  const byPair = await Promise.all(
    pairs.map(({ baseline, candidate }) =>
      Promise.all([factorsByLayer(loaders, baseline), factorsByLayer(loaders, candidate)]),
    ),
  );
  // All ranks of a study continue at once.
  await takeTurn(LAYER_ITEMS * studyLayers.length * pairs.length);
  return byPair.flatMap(([baseline, candidate]) =>
    studyLayers.map((layer) => ({ layer, baseline: baseline.get(layer.id), candidate: candidate.get(layer.id) })),
  );
}

async function factorsByLayer(
  { factors }: CheckpointLoaders,
  experiment: Experiment | null,
): Promise<ReadonlyMap<string, StoredFactors>> {
  const checkpoint = experiment === null ? undefined : finalCheckpoint(experiment);
  if (experiment === null || checkpoint === undefined) return new Map();
  const rows = await factors.load({ id: checkpoint.id, studyId: experiment.studyId });
  return new Map(rows.map((row) => [row.layerId, row]));
}
