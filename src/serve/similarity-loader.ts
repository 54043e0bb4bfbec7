import DataLoader from "dataloader";
import { rankSimilarity, type RankSimilarity } from "../derive/rank-similarity.js";
import { inferRoles, pairAt } from "../derive/roles.js";
import { layerSimilarity, undefinedSimilarity, type LayerSimilarity } from "../derive/similarity.js";
import type { FactorsPair, PairResult, WeightComparisons } from "../jobs/payloads.js";
import type { Database } from "../store/database.js";
import type { Checkpoint, Experiment } from "../store/experiments.js";
import { factorsOfCheckpoints, type StoredFactors } from "../store/factors.js";
import type { Layer } from "../store/layers.js";
import { byId, runOf } from "./study-runs.js";
import type { Scaling } from "./types/enums.js";

export interface RankSimilarityKey {
  readonly studyId: string;
  readonly rank: number;
  readonly scaling: Scaling;
}

/** The similarity at one rank, with the runs compared and where the values came from. */
export interface StudySimilarity {
  readonly baseline: Experiment | null;
  readonly candidate: Experiment | null;
  readonly similarity: RankSimilarity<Layer>;
  /** Why a layer could not be computed, by layer id, where its reason alone does not tell. */
  readonly details: ReadonlyMap<string, string>;
  readonly computed: Provenance | null;
}

export interface Provenance {
  readonly provider: string;
  readonly precision: string;
  readonly kernelVersion: number;
  readonly seconds: number;
  readonly cached: boolean;
}

/** What one layer of one key has: both sides' factors, where there are weights of it. */
interface LayerSides {
  readonly layer: Layer;
  readonly left: StoredFactors | undefined;
  readonly right: StoredFactors | undefined;
  /** Set where both sides can be compared. */
  readonly pair: FactorsPair | undefined;
}

/** Loads similarities: all ranks that one query asks for are read, and computed where missing, together. */
export function similarityLoader(
  { database, comparisons }: { readonly database: Database; readonly comparisons: WeightComparisons },
  experimentsOf: DataLoader<string, Experiment[]>,
  layersOf: DataLoader<string, Layer[]>,
): DataLoader<RankSimilarityKey, StudySimilarity, string> {
  return new DataLoader(
    async (keys) => {
      const wanted = await Promise.all(
        keys.map(async ({ studyId, rank, scaling }) => {
          const [experiments, layers] = await Promise.all([experimentsOf.load(studyId), layersOf.load(studyId)]);
          return { rank, scaling, layers, ...pairOf(experiments, rank) };
        }),
      );
      const checkpoints = wanted.flatMap(({ baseline, candidate }) => [comparable(baseline), comparable(candidate)]);
      const factors = await factorsOfCheckpoints(database, [
        ...new Set(checkpoints.flatMap((found) => found?.id ?? [])),
      ]);
      const byPlace = new Map(factors.map((row) => [`${row.checkpointId} ${row.layerId}`, row]));
      const read = wanted.map(({ baseline, candidate, layers, ...key }) => {
        const at = (side: Experiment | null, layer: Layer) => byPlace.get(`${comparable(side)?.id} ${layer.id}`);
        const sides = layers.map((layer) => sidesOf(layer, at(baseline, layer), at(candidate, layer)));
        return { ...key, baseline, candidate, sides };
      });
      const pairs = read.flatMap(({ sides }) => sides.flatMap(({ pair }) => pair ?? []));
      const results = new Map((await comparisons.compare(pairs)).map((result, i) => [pairs[i], result]));
      return read.map(({ rank, scaling, baseline, candidate, sides }) => ({
        baseline,
        candidate,
        ...conclude(rank, scaling, sides, results),
      }));
    },
    { cacheKeyFn: ({ studyId, rank, scaling }) => `${studyId} ${rank} ${scaling}` },
  );
}

function pairOf(
  experiments: readonly Experiment[],
  rank: number,
): { baseline: Experiment | null; candidate: Experiment | null } {
  const runs = experiments.map(runOf);
  const roles = inferRoles(runs);
  if (roles === undefined) return { baseline: null, candidate: null };
  const { baseline, candidate } = pairAt(runs, roles, rank);
  const find = byId(experiments);
  return { baseline: baseline && find(baseline), candidate: candidate && find(candidate) };
}

/** The checkpoint that stands for a run: its end, or the last that there is. */
function comparable(experiment: Experiment | null): Checkpoint | undefined {
  return experiment?.checkpoints.find(({ isFinal }) => isFinal) ?? experiment?.checkpoints.at(-1);
}

function sidesOf(layer: Layer, left: StoredFactors | undefined, right: StoredFactors | undefined): LayerSides {
  const sameShape = left?.a.shape[1] === right?.a.shape[1] && left?.b.shape[0] === right?.b.shape[0];
  return { layer, left, right, pair: left && right && sameShape ? { left, right } : undefined };
}

/** What follows from the results for one key. */
function conclude(
  rank: number,
  scaling: Scaling,
  sides: readonly LayerSides[],
  results: ReadonlyMap<FactorsPair | undefined, PairResult>,
): Pick<StudySimilarity, "similarity" | "details" | "computed"> {
  const details = new Map<string, string>();
  const layers = sides.map(({ layer, left, right, pair }): { layer: Layer; similarity: LayerSimilarity } => {
    if (left === undefined || right === undefined) return { layer, similarity: undefinedSimilarity("WEIGHTS_MISSING") };
    const result = results.get(pair);
    if (result === undefined) return { layer, similarity: undefinedSimilarity("SHAPES_DIFFER") };
    if ("failed" in result) {
      details.set(layer.id, result.failed);
      return { layer, similarity: undefinedSimilarity("UNREADABLE") };
    }
    const { leftSquaredNorm, rightSquaredNorm, ...facts } = result.facts;
    const updates = { ...facts, baselineSquaredNorm: leftSquaredNorm, candidateSquaredNorm: rightSquaredNorm };
    const [leftScaling, rightScaling] = scaling === "NONE" ? [1, 1] : [left.scaling, right.scaling];
    return { layer, similarity: layerSimilarity(updates, leftScaling, rightScaling) };
  });
  return {
    similarity: rankSimilarity(rank, layers),
    details,
    computed: provenance(sides.flatMap(({ pair }) => results.get(pair) ?? [])),
  };
}

function provenance(results: readonly PairResult[]): Provenance | null {
  const known = results.flatMap((result) => ("facts" in result ? [result] : []));
  const [first] = known;
  if (first === undefined) return null;
  const distinct = (values: readonly string[]) => [...new Set(values)].join(", ");
  return {
    provider: distinct(known.map(({ facts }) => facts.provider)),
    precision: distinct(known.map(({ facts }) => facts.precision)),
    kernelVersion: first.facts.kernelVersion,
    seconds: known.reduce((sum, { facts }) => sum + facts.seconds, 0),
    cached: known.every(({ cached }) => cached),
  };
}
