import { pairAt, ranksOf, seededPairsAt, type Run, type SeededPair } from "../../derive/runs/comparison-roles.js";
import { inferRoles } from "../../derive/runs/resolve-roles.js";
import type { LayerSimilarity } from "../../derive/similarity/layer-similarity.js";
import { storedSimilarity } from "../../derive/similarity/stored-similarity.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import type { StudyRun } from "../../store/across/runs-of-studies.js";
import type { Connection } from "../../store/connection.js";
import { storedPairs, type StoredLayer } from "../../store/facts/stored-pairs.js";

/** The pairs of runs that a study compares at one rank, with the stored facts about their weights. */
export interface StoredRank {
  readonly studyId: string;
  readonly rank: number;
  /** The runs of the pair with the lowest seed. Null where there is none. */
  readonly baseline: Run | null;
  readonly candidate: Run | null;
  /** The pairs of seeds whose runs have weights. */
  readonly pairs: readonly StoredPair[];
  /** Number of pairs of seeds at the rank, those that were not loaded included. */
  readonly available: number;
}

interface StoredPair {
  /** Null is unknown. */
  readonly seed: number | null;
  /** Similarities of the layers that both runs adapt, by the layer's id; null where none was computed. */
  readonly layers: StoredLayers;
}

/** Maximum number of pairs of seeds of one rank in lists of studies: each is read for every layer of up to 1,000 studies. */
export const MAX_STORED_PAIRS = 3;

type StoredLayers = ReadonlyMap<string, LayerSimilarity | null>;

/** The pairs of runs that a study compares at one rank. */
interface RankPairs extends Omit<StoredRank, "pairs"> {
  readonly seedPairs: readonly SeededPair[];
}

interface StoredSimilaritiesOptions {
  /** The ranks to load; undefined for all. */
  readonly onlyRanks?: readonly number[] | undefined;
  /** Maximum number of pairs of seeds at a rank. */
  readonly maxPairs: number;
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
    data: row.data,
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
 */
export async function storedSimilarities(
  connection: Connection,
  runs: readonly StudyRun[],
  options: StoredSimilaritiesOptions,
): Promise<StoredRank[]> {
  const checkpointOf = new Map(runs.map(({ id, checkpointId }) => [id, checkpointId]));
  const ranks = [...groupByStudy(runs)].flatMap(([studyId, rows]) => rankPairs(studyId, rows, options));
  const pairs = ranks.flatMap(({ seedPairs }, rankIndex) =>
    seedPairs.flatMap(({ seed, baseline, candidate }) => {
      const left = checkpointOf.get(baseline.id);
      const right = checkpointOf.get(candidate.id);
      return left && right ? [{ rankIndex, seed, left, right }] : [];
    }),
  );
  const stored = pairs.length === 0 ? [] : await storedPairs(connection, pairs, KERNEL_VERSION);
  const pairsByRank = new Map<number, StoredPair[]>();
  pairs.forEach(({ rankIndex, seed }, i) => {
    const ofRank = pairsByRank.get(rankIndex) ?? [];
    ofRank.push({ seed, layers: layerSimilarities(stored[i] ?? []) });
    pairsByRank.set(rankIndex, ofRank);
  });
  return ranks.map(({ seedPairs: _, ...rank }, rankIndex) => ({ ...rank, pairs: pairsByRank.get(rankIndex) ?? [] }));
}

function rankPairs(
  studyId: string,
  rows: readonly StudyRun[],
  { onlyRanks, maxPairs }: StoredSimilaritiesOptions,
): RankPairs[] {
  const study = rows.map(runOfRow);
  const roles = inferRoles(study);
  const ranks = ranksOf(study).filter((rank) => onlyRanks === undefined || onlyRanks.includes(rank));
  return ranks.map((rank) => {
    if (roles === undefined) return { studyId, rank, baseline: null, candidate: null, seedPairs: [], available: 0 };
    const { compared, available } = seededPairsAt(study, roles, rank);
    return { studyId, rank, ...pairAt(study, roles, rank), seedPairs: compared.slice(0, maxPairs), available };
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
