import type { Execution } from "../model/computed-facts.js";
import { KERNEL_VERSION } from "../model/kernel-version.js";
import { type ComparedCheckpoints, comparedCheckpoints } from "../store/compared-checkpoints.js";
import type { Connection } from "../store/connection.js";
import { factorsOfCheckpoints } from "../store/factors.js";
import type { StoredFactors } from "../model/stored-factors.js";
import { scalingRatio } from "../model/scaling-ratio.js";
import { createJob } from "../store/jobs.js";
import type { JobRequester } from "../model/job-requester.js";
import { enqueue, type NewJob, type QueueBounds } from "../store/queue/enqueue.js";
import { endJob, settleWholes } from "../store/queue/progress.js";
import { computeTask } from "../store/queue/tasks.js";
import { COMPARISONS, SPECTRA, SUBSPACES, type FactKind } from "./fact-kinds.js";
import { newJobs } from "./new-jobs.js";
import type { UpdatePair } from "../model/weight-updates.js";

export interface PrecomputeOptions {
  readonly requester?: JobRequester | undefined;
  readonly bounds?: QueueBounds | undefined;
  /** Called when work was queued. */
  readonly onQueued?: (() => void) | undefined;
}

/**
 * Queues all that a study's weights can be asked about and that is not stored yet, behind what people wait for: of the
 * checkpoints that stand for its runs, all pairs of updates of each layer, as applied and unscaled; the subspaces of the
 * pairs of one rank; every spectrum; and each run against its preceding checkpoint, which tells the noise.
 *
 * @returns the id of the job that is done when all of it is
 * @throws QUEUE_FULL
 */
export async function precomputeStudy(
  connection: Connection,
  studyId: string,
  { requester, bounds, onQueued }: PrecomputeOptions = {},
): Promise<string> {
  const id = await createJob(connection, "PRECOMPUTE", "looking for what is missing", requester);
  const saves = await comparedCheckpoints(connection, studyId);
  const [factors, earlier] = [
    await factorsOfCheckpoints(connection, ids(saves.map(({ standing }) => standing))),
    await factorsOfCheckpoints(connection, ids(saves.map(({ preceding }) => preceding))),
  ];
  const pairs = pairsOf(factors);
  const jobs = [
    await missing(connection, COMPARISONS, [...pairs, ...noisePairs(saves, earlier, factors)]),
    await missing(
      connection,
      SUBSPACES,
      pairs.filter(({ left, right }) => left.factors.rank === right.factors.rank),
    ),
    await missing(
      connection,
      SPECTRA,
      factors.map((one) => ({ factors: one })),
    ),
  ].flat();
  if (jobs.length === 0) {
    await endJob(connection, id, { status: "SUCCEEDED", message: "all of it was there already" });
    return id;
  }
  const how = { task: computeTask(KERNEL_VERSION), urgency: "PRECOMPUTE", whole: id, requester, bounds } as const;
  try {
    await enqueue(connection, jobs, how);
  } catch (error) {
    await endJob(connection, id, { status: "FAILED", message: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  onQueued?.();
  // Its parts may all have ended before they were its parts.
  await settleWholes(connection, [id]);
  return id;
}

const ids = (found: readonly (string | null)[]) => found.filter((id) => id !== null);

/** All pairs of updates of one layer. */
function pairsOf(factors: readonly StoredFactors[]): UpdatePair[] {
  const layers = new Map<string, StoredFactors[]>();
  for (const one of factors) layers.set(one.layerId, [...(layers.get(one.layerId) ?? []), one]);
  return [...layers.values()].flatMap((members) =>
    members.flatMap((left, i) => members.slice(i + 1).flatMap((right) => scaledPairs(left, right))),
  );
}

/** Each run's updates at its preceding checkpoint with those that stand for it. */
function noisePairs(
  saves: readonly ComparedCheckpoints[],
  earlier: readonly StoredFactors[],
  factors: readonly StoredFactors[],
): UpdatePair[] {
  const place = (checkpointId: string, layerId: string) => `${checkpointId} ${layerId}`;
  const standing = new Map(factors.map((one) => [place(one.checkpointId, one.layerId), one]));
  const standingOf = new Map(saves.map((save) => [save.preceding, save.standing]));
  return earlier.flatMap((left) => {
    const right = standing.get(place(standingOf.get(left.checkpointId) ?? "", left.layerId));
    return right === undefined ? [] : scaledPairs(left, right);
  });
}

/** Once with scalings left out and once, where they differ, as applied. */
function scaledPairs(left: StoredFactors, right: StoredFactors): UpdatePair[] {
  const applied = scalingRatio(left.scaling, right.scaling);
  const ratios = Number.isFinite(applied) ? new Set([1, applied]) : [1];
  return [...ratios].map((scalingRatio) => ({ left: { factors: left }, right: { factors: right }, scalingRatio }));
}

/** The jobs for what is not stored of the facts that are asked. */
async function missing<Asked, Key, Facts extends Execution>(
  connection: Connection,
  kind: FactKind<Asked, Key, Facts>,
  asked: readonly Asked[],
): Promise<NewJob[]> {
  const distinct = new Map(asked.map((one) => [kind.textOf(kind.keyOf(one)), one]));
  const stored = await kind.known(connection, [...distinct.values()].map(kind.keyOf));
  for (const key of stored) distinct.delete(kind.textOf(key));
  return newJobs(kind, [...distinct.values()]);
}
