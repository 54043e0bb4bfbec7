import { inferRoles } from "../../derive/runs/resolve-roles.js";
import { pairAt, ranksOf, type Run } from "../../derive/runs/comparison-roles.js";
import { storedSimilarity } from "../../derive/similarity/stored-similarity.js";
import type { LayerSimilarity } from "../../derive/similarity/layer-similarity.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import type { StudyRun } from "../../store/across/runs-of-studies.js";
import type { Connection } from "../../store/connection.js";
import { storedPairs, type StoredLayer } from "../../store/facts/stored-pairs.js";

/** The runs that a study compares at one rank, with what is stored of their weights. */
export interface StoredRank {
  readonly studyId: string;
  readonly rank: number;
  readonly baseline: Run | null;
  readonly candidate: Run | null;
  /** By the layer's id, of layers that both adapt; null where the comparison was never computed. */
  readonly layers: ReadonlyMap<string, LayerSimilarity | null>;
}

/** A compact run as the derivations see it. */
export function runOfStudy(run: StudyRun): Run {
  return {
    id: run.id,
    name: run.name,
    rank: run.rank,
    seed: run.seed,
    method: run.method,
    useRslora: run.useRslora,
    steps: run.steps,
    quantization: { label: run.quantizationLabel, bits: run.quantizationBits },
    hasWeights: run.checkpointId !== null,
    metrics: new Map(run.metricNames.map((name, i) => [name, run.metricValues[i] as number])),
  };
}

/** Rows by their study's id, in their order. */
export function byStudy<Row extends { readonly studyId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const studies = new Map<string, Row[]>();
  for (const row of rows) {
    const known = studies.get(row.studyId);
    if (known === undefined) studies.set(row.studyId, [row]);
    else known.push(row);
  }
  return studies;
}

/**
 * Every rank of every study among `runs`, or those of `only`, with its stored comparisons, in one statement; nothing is queued.
 *
 * @param runs all of each study: which of them are compared follows from all
 */
export async function storedStudyPairs(
  connection: Connection,
  runs: readonly StudyRun[],
  only?: readonly number[],
): Promise<StoredRank[]> {
  const checkpoints = new Map(runs.map(({ id, checkpointId }) => [id, checkpointId]));
  const ranks = [...byStudy(runs)].flatMap(([studyId, rows]) => {
    const study = rows.map(runOfStudy);
    const roles = inferRoles(study);
    const wanted = ranksOf(study).filter((rank) => only === undefined || only.includes(rank));
    return wanted.map((rank) => ({
      studyId,
      rank,
      ...(roles === undefined ? { baseline: null, candidate: null } : pairAt(study, roles, rank)),
    }));
  });
  const pairs = ranks.flatMap(({ baseline, candidate }, at) => {
    const left = baseline && checkpoints.get(baseline.id);
    const right = candidate && checkpoints.get(candidate.id);
    return left && right ? [{ at, left, right }] : [];
  });
  const stored = pairs.length === 0 ? [] : await storedPairs(connection, pairs, KERNEL_VERSION);
  const byRank = new Map(pairs.map(({ at }, i) => [at, stored[i]]));
  return ranks.map((rank, at) => ({ ...rank, layers: similarities(byRank.get(at) ?? []) }));
}

function similarities(layers: readonly StoredLayer[]): Map<string, LayerSimilarity | null> {
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
