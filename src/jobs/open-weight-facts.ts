import { SpanKind } from "@opentelemetry/api";
import { failure, RankscopeError } from "../errors.js";
import type { Log } from "../log.js";
import { KERNEL_VERSION, type Execution, type FactKindName } from "../model/computed-facts.js";
import type {
  FactObserver,
  FactOutcome,
  FactRequest,
  FactResult,
  PendingFact,
  StoredFact,
  WeightFacts,
} from "../model/weight-facts.js";
import type { ComputeResult, FactFailure } from "../model/job-payloads.js";
import type { Connection } from "../store/connection.js";
import type { Job } from "../store/queue/jobs.js";
import { enqueue, type QueueBounds } from "../store/queue/enqueue.js";
import { stopWaiting } from "../store/queue/stop-waiting.js";
import { computeTask } from "../store/queue/tasks.js";
import { inSpan } from "../trace.js";
import { openFactCache, type FactCache } from "./fact-cache.js";
import { newJobs } from "./compute/plan-jobs.js";
import type { FactKind } from "./fact-kinds/fact-kind.js";
import { FACT_KINDS } from "./fact-kinds/fact-kinds.js";
import type { JobWatch } from "./job-watch.js";

/**
 * Another job may store a fact between looking it up and queueing it, so that neither returns it; a fact for which that
 * happens this often has been deleted again.
 */
const MAX_ATTEMPTS = 3;

interface WeightFactsOptions {
  readonly connection: Connection;
  readonly watch: JobWatch;
  readonly log: Log;
  /**
   * Called when facts are missing: a command without a worker starts one. Resolves with whether a worker runs or is starting;
   * if not, the request does not wait. By default, a worker is expected.
   */
  readonly ensureWorker?: (() => Promise<boolean>) | undefined;
  readonly observe?: FactObserver | undefined;
  /** Once the queue is this long, missing facts fail with QUEUE_FULL. */
  readonly bounds?: QueueBounds | undefined;
  /** Estimated memory of stored facts that are kept, in bytes. By default none is kept. */
  readonly cacheBytes?: number | undefined;
}

interface OpenedWeightFacts extends WeightFactsOptions {
  readonly cache: FactCache | undefined;
}

/**
 * Opens the facts about weights for a process that computes none itself: facts are looked up by the content of the weights,
 * missing ones are queued, and the request waits for them.
 */
export function openWeightFacts(given: WeightFactsOptions): WeightFacts {
  const options = { ...given, cache: openFactCache(given.cacheBytes ?? 0) };
  return {
    async request(kind, subjects, request) {
      const results = await requestFacts(options, FACT_KINDS[kind], subjects, request);
      observeOutcomes(options.observe, kind, results);
      return results;
    },
  };
}

async function requestFacts<Subject, Key extends object, Facts extends Execution>(
  options: OpenedWeightFacts,
  kind: FactKind<Subject, Key, Facts>,
  subjects: readonly Subject[],
  request: FactRequest,
): Promise<FactResult<Facts>[]> {
  request.signal?.throwIfAborted();
  const keys = subjects.map((subject) => kind.textOf(kind.keyOf(subject)));
  const byKey = new Map(subjects.map((subject, i) => [keys[i] as string, subject]));
  const stored = await findFacts(options, kind, byKey);
  const missing = new Map([...byKey].filter(([key]) => !stored.has(key)));
  const [queued, hasWorker] = await Promise.all([
    queueMissing(options, kind, missing, request),
    missing.size === 0 ? true : (options.ensureWorker?.() ?? true),
  ]);
  const waitMilliseconds = hasWorker ? request.waitMilliseconds : 0;
  const ended = await waitForJobs(options, [...new Set(queued.jobs.values())], { ...request, waitMilliseconds });
  const computed = await findFacts(
    options,
    kind,
    new Map([...byKey].filter(([key]) => ended.has(queued.jobs.get(key) ?? ""))),
  );
  return subjects.map((subject, i): FactResult<Facts> => {
    const key = keys[i] as string;
    const cached = stored.get(key);
    if (cached !== undefined) return { facts: kind.factsFor(cached, subject), cached: true };
    const row = queued.stored.get(key) ?? computed.get(key);
    if (row !== undefined) return { facts: kind.factsFor(row, subject), cached: false };
    return absentFact(key, queued, { ended, hasWorker });
  });
}

/** The stored facts of a kind, by the texts of their keys. */
type FactRows<Key, Facts> = Map<string, Key & Facts & StoredFact>;

/** Returns the stored facts among `subjects`, given by their keys. A stored fact never changes, so that it may be kept. */
async function findFacts<Subject, Key extends object, Facts extends Execution>(
  { connection, cache }: OpenedWeightFacts,
  kind: FactKind<Subject, Key, Facts>,
  subjects: ReadonlyMap<string, Subject>,
): Promise<FactRows<Key, Facts>> {
  const found: FactRows<Key, Facts> = new Map();
  const missing: Subject[] = [];
  for (const [key, subject] of subjects) {
    const row = cache?.get(kind.name, key);
    if (row === undefined) missing.push(subject);
    else found.set(key, row as Key & Facts & StoredFact);
  }
  if (missing.length === 0) return found;
  const rows = await kind.find(
    connection,
    missing.map((subject) => kind.keyOf(subject)),
  );
  for (const row of rows) {
    const key = kind.textOf(row);
    cache?.set(kind.name, key, row);
    found.set(key, row);
  }
  return found;
}

interface QueuedFacts<Key, Facts> {
  /** The id of the job of each missing fact. */
  readonly jobs: ReadonlyMap<string, string>;
  /** Facts that another job stored while they were being queued. */
  readonly stored: FactRows<Key, Facts>;
  /** Why the rest was not queued. */
  readonly refused: RankscopeError | undefined;
}

/** Queues missing facts, given by their keys. */
async function queueMissing<Subject, Key extends object, Facts extends Execution>(
  options: OpenedWeightFacts,
  kind: FactKind<Subject, Key, Facts>,
  missing: ReadonlyMap<string, Subject>,
  request: FactRequest,
): Promise<QueuedFacts<Key, Facts>> {
  const jobs = new Map<string, string>();
  const stored: FactRows<Key, Facts> = new Map();
  const remaining = new Map(missing);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS && remaining.size > 0; attempt++) {
    try {
      const queued = await queueFacts(options, kind, [...remaining.values()], request);
      for (const [key, job] of queued) jobs.set(key, job);
    } catch (error) {
      if (!(error instanceof RankscopeError) || error.code !== "QUEUE_FULL") throw error;
      return { jobs, stored, refused: error };
    }
    for (const key of jobs.keys()) remaining.delete(key);
    if (remaining.size === 0) break;
    for (const [key, row] of await findFacts(options, kind, remaining)) {
      stored.set(key, row);
      remaining.delete(key);
    }
  }
  return { jobs, stored, refused: undefined };
}

/** Returns the job of each fact; a fact without one has been stored by another job meanwhile. @throws QUEUE_FULL */
function queueFacts<Subject, Key extends object, Facts extends Execution>(
  { connection, bounds }: WeightFactsOptions,
  kind: FactKind<Subject, Key, Facts>,
  subjects: readonly Subject[],
  { urgency, requester }: FactRequest,
): Promise<Map<string, string>> {
  const jobs = newJobs(kind, subjects);
  const attributes = { "rankscope.kind": kind.name, "rankscope.facts": subjects.length };
  return inSpan("enqueue", { kind: SpanKind.PRODUCER, attributes }, () =>
    enqueue(connection, jobs, { task: computeTask(KERNEL_VERSION), urgency, requester, bounds }),
  );
}

/** Returns the jobs that have ended when the wait ends. Jobs of an aborted request are cancelled unless others wait for them. */
async function waitForJobs(
  { connection, watch, log }: WeightFactsOptions,
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
  readonly hasWorker: boolean;
}

/** Returns why there is no fact, or the job that computes it. */
function absentFact(
  key: string,
  { jobs, refused }: Pick<QueuedFacts<object, object>, "jobs" | "refused">,
  { ended, hasWorker }: EndedWait,
): FactFailure | PendingFact {
  const job = jobs.get(key);
  if (job === undefined) {
    return refused === undefined ? failureOf(undefined, key) : { code: refused.code, failed: refused.message };
  }
  const end = ended.get(job);
  if (end !== undefined) return failureOf(end, key);
  return hasWorker ? { pending: job } : { pending: job, reason: failure("NO_WORKER").message };
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

function observeOutcomes(
  observe: FactObserver | undefined,
  kind: FactKindName,
  results: readonly FactResult<object>[],
): void {
  const counts = new Map<FactOutcome, number>();
  for (const result of results) {
    const outcome = outcomeOf(result);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  for (const [outcome, n] of counts) observe?.(kind, outcome, n);
}

function outcomeOf(result: FactResult<object>): FactOutcome {
  if ("pending" in result) return "pending";
  if ("failed" in result) return "failed";
  return result.cached ? "stored" : "computed";
}
