import DataLoader from "dataloader";
import { pairAt } from "../../derive/runs/comparison-roles.js";
import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import { rolesKey, rolesOf } from "../runs/select-roles.js";
import { rankSimilarity, type RankSimilarity } from "../../derive/similarity/rank-similarity.js";
import type { StoredFactors } from "../../model/weight-updates.js";
import type { Experiment } from "../../store/studies/experiments.js";
import { takeTurn } from "../../store/in-turns.js";
import type { Layer } from "../../store/studies/layers.js";
import { mergeProvenances, type Provenance } from "../request/provenance.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";
import type { CheckpointLoaders } from "../runs/checkpoint-layers.js";
import { finalCheckpoint } from "../runs/run-checkpoint.js";
import { experimentFinder, runsOf } from "../runs/study-runs.js";
import { compareLayers, LAYER_ITEMS, type ComparedLayer } from "./compare-layers.js";
import type { ComparisonOptions } from "./compare-updates.js";

export interface RankSimilarityKey extends ComparisonOptions {
  readonly studyId: string;
  readonly rank: number;
  /** The comparison roles; those that are not given are inferred. */
  readonly roles?: RolesRequest | undefined;
}

/** The runs that a study compares at one rank. */
interface ComparedExperiments {
  readonly baseline: Experiment | null;
  readonly candidate: Experiment | null;
}

/** The similarity of a study's baseline and candidate at one rank. */
export interface StudySimilarity extends ComparedExperiments {
  readonly similarity: RankSimilarity<Layer>;
  /** All layers of the study, in model order. */
  readonly layers: readonly ComparedLayer[];
  readonly computed: Provenance | null;
}

/** Opens the loader of the similarities at a study's ranks, which all fields of a request share. */
export function similarityLoader(
  weights: WeightFactsLoader,
  loaders: CheckpointLoaders & { readonly experiments: DataLoader<string, Experiment[]> },
): DataLoader<RankSimilarityKey, StudySimilarity, string> {
  async function load({ studyId, rank, roles, ...options }: RankSimilarityKey): Promise<StudySimilarity> {
    const [experiments, studyLayers] = await Promise.all([
      loaders.experiments.load(studyId),
      loaders.layers.load(studyId),
    ]);
    const { baseline, candidate } = await comparedExperiments(experiments, rank, roles);
    const [baselineFactors, candidateFactors] = await Promise.all([
      factorsByLayer(loaders, baseline),
      factorsByLayer(loaders, candidate),
    ]);
    await takeTurn(LAYER_ITEMS * studyLayers.length);
    const factors = studyLayers.map((layer) => ({
      layer,
      baseline: baselineFactors.get(layer.id),
      candidate: candidateFactors.get(layer.id),
    }));
    const layers = await compareLayers(weights, factors, options);
    return {
      baseline,
      candidate,
      similarity: rankSimilarity(rank, layers),
      layers,
      computed: mergeProvenances(layers.map(({ computed }) => computed)),
    };
  }
  // It only caches: reads and facts are batched by their own loaders.
  return new DataLoader((keys) => Promise.all(keys.map(load)), { cacheKeyFn: cacheKey });
}

function cacheKey({ studyId, rank, roles, scaling, waitMilliseconds }: RankSimilarityKey): string {
  return `${studyId} ${rank} ${scaling} ${waitMilliseconds} ${rolesKey(roles)}`;
}

async function comparedExperiments(
  experiments: readonly Experiment[],
  rank: number,
  request: RolesRequest | undefined,
): Promise<ComparedExperiments> {
  const runs = await runsOf(experiments);
  const roles = await rolesOf(experiments, request);
  if (roles === undefined) return { baseline: null, candidate: null };
  const { baseline, candidate } = pairAt(runs, roles, rank);
  const experimentOf = experimentFinder(experiments);
  return { baseline: baseline && experimentOf(baseline), candidate: candidate && experimentOf(candidate) };
}

async function factorsByLayer(
  { factors }: CheckpointLoaders,
  experiment: Experiment | null,
): Promise<ReadonlyMap<string, StoredFactors>> {
  const checkpoint = experiment === null ? undefined : finalCheckpoint(experiment);
  const rows = checkpoint === undefined ? [] : await factors.load(checkpoint.id);
  return new Map(rows.map((row) => [row.layerId, row]));
}
