import { pairAt, ranksOf, type Run } from "../../derive/runs/comparison-roles.js";
import { inferRoles } from "../../derive/runs/resolve-roles.js";
import type { LayerSimilarity } from "../../derive/similarity/layer-similarity.js";
import { storedSimilarity } from "../../derive/similarity/stored-similarity.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import type { StudyRun } from "../../store/across/runs-of-studies.js";
import type { Connection } from "../../store/connection.js";
import { storedPairs, type StoredLayer } from "../../store/facts/stored-pairs.js";

/** The runs that a study compares at one rank, with the stored facts about their weights. */
export interface StoredRank extends RankPair {
  /** Similarities of the layers that both runs adapt, by the layer's id; null where none was computed. */
  readonly layers: ReadonlyMap<string, LayerSimilarity | null>;
}

/** The runs that a study compares at one rank; null where there is none. */
interface RankPair {
  readonly studyId: string;
  readonly rank: number;
  readonly baseline: Run | null;
  readonly candidate: Run | null;
}

/** Converts a row of a study's runs to a run of the derivations. */
export function runOfRow(row: StudyRun): Run {
  return {
    id: row.id,
    name: row.name,
    rank: row.rank,
    seed: row.seed,
    method: row.method,
    useRslora: row.useRslora,
    steps: row.steps,
    quantization: { label: row.quantizationLabel, bits: row.quantizationBits },
    hasWeights: row.checkpointId !== null,
    weights: row.checkpointHash,
    metrics: new Map(row.metricNames.map((name, i) => [name, row.metricValues[i] as number])),
  };
}

/** Groups rows by their study's id; their order is kept. */
export function groupByStudy<Row extends { readonly studyId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const studies = new Map<string, Row[]>();
  for (const row of rows) {
    const ofStudy = studies.get(row.studyId);
    if (ofStudy === undefined) studies.set(row.studyId, [row]);
    else ofStudy.push(row);
  }
  return studies;
}

/**
 * Loads the stored comparisons of studies at all their ranks, in one statement. Nothing is computed or queued.
 *
 * @param runs all runs of each study, since the comparison roles depend on all
 * @param onlyRanks the ranks to load; undefined for all
 */
export async function storedSimilarities(
  connection: Connection,
  runs: readonly StudyRun[],
  onlyRanks?: readonly number[],
): Promise<StoredRank[]> {
  const checkpointOf = new Map(runs.map(({ id, checkpointId }) => [id, checkpointId]));
  const ranks = [...groupByStudy(runs)].flatMap(([studyId, rows]) => rankPairs(studyId, rows, onlyRanks));
  const pairs = ranks.flatMap(({ baseline, candidate }, rankIndex) => {
    const left = baseline && checkpointOf.get(baseline.id);
    const right = candidate && checkpointOf.get(candidate.id);
    return left && right ? [{ rankIndex, left, right }] : [];
  });
  const stored = pairs.length === 0 ? [] : await storedPairs(connection, pairs, KERNEL_VERSION);
  const layersByRank = new Map(pairs.map(({ rankIndex }, i) => [rankIndex, stored[i]]));
  return ranks.map((rank, rankIndex) => ({ ...rank, layers: layerSimilarities(layersByRank.get(rankIndex) ?? []) }));
}

function rankPairs(studyId: string, rows: readonly StudyRun[], onlyRanks: readonly number[] | undefined): RankPair[] {
  const study = rows.map(runOfRow);
  const roles = inferRoles(study);
  const ranks = ranksOf(study).filter((rank) => onlyRanks === undefined || onlyRanks.includes(rank));
  return ranks.map((rank) => {
    const pair = roles === undefined ? { baseline: null, candidate: null } : pairAt(study, roles, rank);
    return { studyId, rank, ...pair };
  });
}

function layerSimilarities(layers: readonly StoredLayer[]): Map<string, LayerSimilarity | null> {
  return new Map(
    layers.map(({ layerId, leftScaling, rightScaling, sameShape, facts }) => [
      layerId,
      storedSimilarity({
        sameShape,
        compared: facts !== undefined,
        baselineScaling: leftScaling,
        candidateScaling: rightScaling,
        innerProduct: facts?.innerProduct ?? null,
        baselineSquaredNorm: facts?.leftSquaredNorm ?? null,
        candidateSquaredNorm: facts?.rightSquaredNorm ?? null,
        squaredDistance: facts?.squaredDistance ?? null,
        initialCosine: facts?.initialCosine ?? null,
      }),
    ]),
  );
}
