import { RankscopeError, failure } from "../errors.js";
import type { Log } from "../log.js";
import type { ComputeResult, FactFailure } from "../model/job-payloads.js";
import type { FactRequest, FactResult, PendingFact, StoredFact } from "../model/weight-facts.js";
import type { Connection } from "../store/connection.js";
import type { Job } from "../store/queue/jobs.js";
import type { QueueBounds } from "../store/queue/enqueue.js";
import { stopWaiting } from "../store/queue/stop-waiting.js";
import type { JobWatch } from "./job-watch.js";

/**
 * Another job may store a fact between looking it up and queueing it, so that neither returns it; a fact for which that
 * happens this often has been deleted again.
 */
const MAX_ATTEMPTS = 3;

export interface FactRequestOptions {
  readonly connection: Connection;
  readonly watch: JobWatch;
  readonly log: Log;
  /** Once the queue is this long, missing facts fail with QUEUE_FULL. */
  readonly bounds?: QueueBounds | undefined;
}

/** The facts of one kind: how they are found, queued and returned. */
export interface FactSource<Subject, Row, Facts> {
  /** Returns the text of a fact's key, unique among all kinds. */
  keyOf(subject: Subject): string;
  /** Returns the stored facts, by the texts of their keys. */
  find(subjects: readonly Subject[]): Promise<ReadonlyMap<string, Row>>;
  /** Queues facts. Returns the job of each; a fact without one has been stored by another job meanwhile. @throws QUEUE_FULL */
  queue(subjects: readonly Subject[]): Promise<ReadonlyMap<string, string>>;
  /** Returns why no worker computes missing facts, or undefined if one does or will. */
  missingWorker(subjects: readonly Subject[]): Promise<string | undefined>;
  factsFor(row: Row, subject: Subject): Facts & StoredFact;
}

/** Looks up facts, queues the missing ones and waits for them. Results are in the order of the subjects. */
export async function requestFacts<Subject, Row, Facts>(
  options: FactRequestOptions,
  source: FactSource<Subject, Row, Facts>,
  subjects: readonly Subject[],
  request: FactRequest,
): Promise<FactResult<Facts>[]> {
  request.signal?.throwIfAborted();
  const keys = subjects.map((subject) => source.keyOf(subject));
  const byKey = new Map(subjects.map((subject, i) => [keys[i] as string, subject]));
  const stored = await find(source, [...byKey.values()]);
  const missing = new Map([...byKey].filter(([key]) => !stored.has(key)));
  const [queued, noWorker] = await Promise.all([
    queueMissing(source, missing),
    missing.size === 0 ? undefined : source.missingWorker([...missing.values()]),
  ]);
  const waitMilliseconds = noWorker === undefined ? request.waitMilliseconds : 0;
  const ended = await waitForJobs(options, [...new Set(queued.jobs.values())], { ...request, waitMilliseconds });
  const computed = await find(
    source,
    [...queued.jobs].flatMap(([key, job]) => (ended.has(job) ? (byKey.get(key) ?? []) : [])),
  );
  return subjects.map((subject, i): FactResult<Facts> => {
    const key = keys[i] as string;
    const cached = stored.get(key);
    if (cached !== undefined) return { facts: source.factsFor(cached, subject), cached: true };
    const row = queued.stored.get(key) ?? computed.get(key);
    if (row !== undefined) return { facts: source.factsFor(row, subject), cached: false };
    return absentFact(key, queued, { ended, noWorker });
  });
}

async function find<Subject, Row, Facts>(
  source: FactSource<Subject, Row, Facts>,
  subjects: readonly Subject[],
): Promise<ReadonlyMap<string, Row>> {
  return subjects.length === 0 ? new Map<string, Row>() : source.find(subjects);
}

interface QueuedFacts<Row> {
  /** The id of the job of each missing fact. */
  readonly jobs: ReadonlyMap<string, string>;
  /** Facts that another job stored while they were being queued. */
  readonly stored: ReadonlyMap<string, Row>;
  /** Why the rest was not queued. */
  readonly refused: RankscopeError | undefined;
}

/** Queues missing facts, given by their keys. */
async function queueMissing<Subject, Row, Facts>(
  source: FactSource<Subject, Row, Facts>,
  missing: ReadonlyMap<string, Subject>,
): Promise<QueuedFacts<Row>> {
  const jobs = new Map<string, string>();
  const stored = new Map<string, Row>();
  const remaining = new Map(missing);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS && remaining.size > 0; attempt++) {
    try {
      for (const [key, job] of await source.queue([...remaining.values()])) jobs.set(key, job);
    } catch (error) {
      if (!(error instanceof RankscopeError) || error.code !== "QUEUE_FULL") throw error;
      return { jobs, stored, refused: error };
    }
    for (const key of jobs.keys()) remaining.delete(key);
    if (remaining.size === 0) break;
    for (const [key, row] of await source.find([...remaining.values()])) {
      stored.set(key, row);
      remaining.delete(key);
    }
  }
  return { jobs, stored, refused: undefined };
}

/** Returns the jobs that have ended when the wait ends. Jobs of an aborted request are cancelled unless others wait for them. */
async function waitForJobs(
  { connection, watch, log }: FactRequestOptions,
  ids: readonly string[],
  { waitMilliseconds, signal, urgency }: FactRequest,
): Promise<ReadonlyMap<string, Job>> {
  if (ids.length === 0) return new Map();
  try {
    return await watch.ended(ids, { milliseconds: waitMilliseconds, signal });
  } catch (error) {
    if (signal?.aborted === true && urgency === "INTERACTIVE") {
      await stopWaiting(connection, ids).catch((err: unknown) =>
        log.warn({ err }, "abandoned jobs were not cancelled"),
      );
    }
    throw error;
  }
}

interface EndedWait {
  /** The jobs that have ended, by their ids. */
  readonly ended: ReadonlyMap<string, Job>;
  /** Why no worker runs the other jobs; undefined if one does. */
  readonly noWorker: string | undefined;
}

/** Returns why there is no fact, or the job that computes it. */
function absentFact(
  key: string,
  { jobs, refused }: Pick<QueuedFacts<unknown>, "jobs" | "refused">,
  { ended, noWorker }: EndedWait,
): FactFailure | PendingFact {
  const job = jobs.get(key);
  if (job === undefined) {
    return refused === undefined ? failureOf(undefined, key) : { code: refused.code, failed: refused.message };
  }
  const end = ended.get(job);
  if (end !== undefined) return failureOf(end, key);
  return noWorker === undefined ? { pending: job } : { pending: job, reason: noWorker };
}

/** Returns why a job that has ended did not compute a fact. */
function failureOf(job: Job | undefined, key: string): FactFailure {
  const code = "COMPUTE_FAILED";
  if (job?.status === "FAILED") return { code, failed: job.message };
  const known = job?.status === "SUCCEEDED" ? (job.result as ComputeResult | null)?.failed[key] : undefined;
  if (known !== undefined) return known;
  const received = job?.status === "CANCELLED" ? "a job that was cancelled" : undefined;
  return { code, failed: failure(code, { received }).message };
}
