import DataLoader from "dataloader";
import { rankSimilarity, type RankSimilarity } from "../../derive/similarity/rank-similarity.js";
import { resolveRoles, type RolesRequest, type RunSelection } from "../../derive/runs/resolve-roles.js";
import { pairAt } from "../../derive/runs/comparison-roles.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Layer } from "../../store/studies/layers.js";
import { comparableCheckpoint, type CheckpointReads } from "../runs/checkpoint-layers.js";
import type { ComparisonAsked } from "./compare-updates.js";
import { compareLayers, type ComparedLayer } from "./compare-layers.js";
import { together, type Provenance } from "../request/provenance.js";
import { byId, runOf } from "../runs/study-runs.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";

export interface RankSimilarityKey extends ComparisonAsked {
  readonly studyId: string;
  readonly rank: number;
  /** Who is compared with whom; inferred where it is not given. */
  readonly roles?: RolesRequest | undefined;
}

/** The similarity at one rank, with the runs compared and where the values came from. */
export interface StudySimilarity {
  readonly baseline: Experiment | null;
  readonly candidate: Experiment | null;
  readonly similarity: RankSimilarity<Layer>;
  /** All layers of the study, in model order. */
  readonly layers: readonly ComparedLayer[];
  readonly computed: Provenance | null;
}

/** Loads similarities of a study's ranks. */
export function similarityLoader(
  weights: WeightFactsLoader,
  reads: CheckpointReads & { readonly experiments: DataLoader<string, Experiment[]> },
): DataLoader<RankSimilarityKey, StudySimilarity, string> {
  const load = async ({ studyId, rank, roles, ...asked }: RankSimilarityKey): Promise<StudySimilarity> => {
    const [experiments, studyLayers] = await Promise.all([reads.experiments.load(studyId), reads.layers.load(studyId)]);
    const { baseline, candidate } = pairOf(experiments, rank, roles);
    const [left, right] = await Promise.all([factorsByLayer(reads, baseline), factorsByLayer(reads, candidate)]);
    const sides = studyLayers.map((layer) => ({ layer, left: left.get(layer.id), right: right.get(layer.id) }));
    const layers = await compareLayers(weights, sides, asked);
    return {
      baseline,
      candidate,
      similarity: rankSimilarity(rank, layers),
      layers,
      computed: together(layers.map(({ computed }) => computed)),
    };
  };
  // Its reads and questions are batched by their own loaders; here each similarity is only made once.
  return new DataLoader((keys) => Promise.all(keys.map(load)), {
    cacheKeyFn: ({ studyId, rank, roles, scaling, waitMilliseconds }) =>
      `${studyId} ${rank} ${scaling} ${waitMilliseconds} ${JSON.stringify([keyOf(roles?.baseline), keyOf(roles?.candidate)])}`,
  });
}

function pairOf(
  experiments: readonly Experiment[],
  rank: number,
  asked: RolesRequest | undefined,
): { baseline: Experiment | null; candidate: Experiment | null } {
  const runs = experiments.map(runOf);
  const roles = resolveRoles(runs, asked);
  if (roles === undefined) return { baseline: null, candidate: null };
  const { baseline, candidate } = pairAt(runs, roles, rank);
  const find = byId(experiments);
  return { baseline: baseline && find(baseline), candidate: candidate && find(candidate) };
}

/** A selection in one order of its fields. */
function keyOf(selection: RunSelection | null | undefined) {
  return [selection?.quantization ?? null, selection?.method ?? null, selection?.experiments ?? null];
}

async function factorsByLayer({ factors }: CheckpointReads, experiment: Experiment | null) {
  const checkpoint = comparableCheckpoint(experiment);
  const rows = checkpoint === undefined ? [] : await factors.load(checkpoint.id);
  return new Map(rows.map((row) => [row.layerId, row]));
}
