import { KERNEL_VERSION } from "../model/computed-facts.js";
import { SERVER_ACTOR, type Actor } from "../model/audit.js";
import type { JobRequester } from "../model/job-payloads.js";
import { scalingRatio, type StoredFactors, type UpdatePair } from "../model/weight-updates.js";
import { recordAudit } from "../store/audit/record-audit.js";
import { comparedCheckpoints, type ComparedCheckpoints } from "../store/studies/final-checkpoint.js";
import type { Connection } from "../store/connection.js";
import { factorsOfCheckpoints } from "../store/studies/factors.js";
import { createJob } from "../store/queue/jobs.js";
import { enqueue, type NewJob, type QueueBounds } from "../store/queue/enqueue.js";
import { endJob, updateParentJobs } from "../store/queue/progress.js";
import { computeTask } from "../store/queue/tasks.js";
import { newJobs } from "./compute/plan-jobs.js";
import type { AnyFactKind, PrecomputedUpdates } from "./fact-kinds/fact-kind.js";
import { FACT_KINDS } from "./fact-kinds/fact-kinds.js";

interface PrecomputeOptions {
  readonly requester?: JobRequester | undefined;
  /** The actor of the request in the audit log; by default the server itself. */
  readonly actor?: Actor | undefined;
  readonly bounds?: QueueBounds | undefined;
  /** Called when jobs were queued. */
  readonly onQueued?: (() => void) | undefined;
}

/**
 * Queues all facts about a study's weights that are not stored yet, with a lower priority than interactive requests: every
 * kind of fact about the final checkpoints of its runs, and each run's comparison with its preceding checkpoint, which
 * measures the noise floor.
 *
 * @returns the id of the job that ends when all of them have been computed
 * @throws QUEUE_FULL
 */
export async function precomputeStudy(
  connection: Connection,
  studyId: string,
  { requester, actor = SERVER_ACTOR, bounds, onQueued }: PrecomputeOptions = {},
): Promise<string> {
  const id = await connection.sql.begin(async (sql) => {
    const job = await createJob({ sql }, "PRECOMPUTE", "looking for missing facts", requester);
    const study = requester?.studies?.[0] ?? null;
    await recordAudit(sql, actor, { action: "PRECOMPUTE_REQUESTED", study, subject: job });
    return job;
  });
  const updates = await studyUpdates(connection, studyId);
  const jobs: NewJob[] = [];
  for (const kind of Object.values<AnyFactKind>(FACT_KINDS)) {
    for (const job of await missingJobs(connection, kind, updates)) jobs.push(job);
  }
  if (jobs.length === 0) {
    await endJob(connection, id, { status: "SUCCEEDED", message: "all facts were stored already" });
    return id;
  }
  try {
    await enqueue(connection, jobs, {
      task: computeTask(KERNEL_VERSION),
      urgency: "PRECOMPUTE",
      parent: id,
      requester,
      bounds,
    });
  } catch (error) {
    await endJob(connection, id, { status: "FAILED", message: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  onQueued?.();
  // All parts may have ended before they were recorded as its parts.
  await updateParentJobs(connection, [id]);
  return id;
}

async function studyUpdates(connection: Connection, studyId: string): Promise<PrecomputedUpdates> {
  const checkpoints = await comparedCheckpoints(connection, studyId);
  const final = await factorsOfCheckpoints(
    connection,
    checkpoints.map(({ final }) => final),
  );
  const preceding = await factorsOfCheckpoints(
    connection,
    checkpoints.flatMap((run) => run.preceding ?? []),
  );
  return { final, pairs: layerPairs(final), noisePairs: noisePairs(checkpoints, preceding, final) };
}

/** Returns all pairs of updates of one layer. */
function layerPairs(factors: readonly StoredFactors[]): UpdatePair[] {
  const layers = new Map<string, StoredFactors[]>();
  for (const one of factors) layers.set(one.layerId, [...(layers.get(one.layerId) ?? []), one]);
  return [...layers.values()].flatMap((members) =>
    members.flatMap((left, i) => members.slice(i + 1).map((right) => pairOf(left, right))),
  );
}

/** Returns each run's updates of its preceding checkpoint with those of its final one. */
function noisePairs(
  checkpoints: readonly ComparedCheckpoints[],
  preceding: readonly StoredFactors[],
  final: readonly StoredFactors[],
): UpdatePair[] {
  const keyOf = (checkpointId: string, layerId: string) => `${checkpointId} ${layerId}`;
  const finalByKey = new Map(final.map((one) => [keyOf(one.checkpointId, one.layerId), one]));
  const finalOf = new Map(checkpoints.map((run) => [run.preceding, run.final]));
  return preceding.flatMap((left) => {
    const right = finalByKey.get(keyOf(finalOf.get(left.checkpointId) ?? "", left.layerId));
    return right === undefined ? [] : [pairOf(left, right)];
  });
}

function pairOf(left: StoredFactors, right: StoredFactors): UpdatePair {
  return {
    left: { factors: left },
    right: { factors: right },
    scalingRatio: scalingRatio(left.scaling, right.scaling),
  };
}

/** Returns the jobs for the facts of a kind that are not stored. */
async function missingJobs(connection: Connection, kind: AnyFactKind, updates: PrecomputedUpdates): Promise<NewJob[]> {
  const subjects = kind.precomputedSubjects(updates);
  const missing = new Map(subjects.map((subject) => [kind.textOf(kind.keyOf(subject)), subject]));
  const keys = [...missing.values()].map((subject) => kind.keyOf(subject));
  for (const key of await kind.findKeys(connection, keys)) missing.delete(kind.textOf(key));
  return newJobs(kind, [...missing.values()]);
}
