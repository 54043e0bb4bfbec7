import { SpanKind } from "@opentelemetry/api";
import type { Execution } from "../model/computed-facts.js";
import { KERNEL_VERSION } from "../model/kernel-version.js";
import { failure, RankscopeError } from "../errors.js";
import type { Log } from "../log.js";
import type { Connection } from "../store/connection.js";
import type { Job } from "../store/jobs.js";
import { enqueue, type QueueBounds } from "../store/queue/enqueue.js";
import { leaveJobs } from "../store/queue/leave.js";
import { computeTask } from "../store/queue/tasks.js";
import { inSpan } from "../trace.js";
import { COMPARISONS, SPECTRA, SUBSPACES, type FactKind } from "./fact-kinds.js";
import type { JobWatch } from "./job-watch.js";
import type { FactsFound, FactsObserver } from "../model/facts-observer.js";
import { newJobs } from "./new-jobs.js";
import type { ComputeResult, FactFailure } from "../model/job-payloads.js";
import type { FactRequest, FactResult, StoredFact, WeightFacts } from "../model/weight-facts.js";

/** A fact can be found between looking for it and queueing it; twice in a row means that it is taken away again. */
const LOOKS = 3;

export interface WeightFactsOptions {
  readonly connection: Connection;
  readonly watch: JobWatch;
  readonly log: Log;
  /** Called when work was queued: a command without a worker starts one. */
  readonly onQueued?: (() => void) | undefined;
  readonly observe?: FactsObserver | undefined;
  /** What is missing when they are reached is answered as failed with QUEUE_FULL. */
  readonly bounds?: QueueBounds | undefined;
}

/**
 * Facts about weights for a process that computes nothing itself: looked up by content, queued where missing, waited for
 * until the ask's deadline.
 */
export function openWeightFacts(options: WeightFactsOptions): WeightFacts {
  const { connection, watch, log, onQueued, observe, bounds } = options;
  async function ask<Asked, Key, Facts extends Execution>(
    kind: FactKind<Asked, Key, Facts>,
    asked: readonly Asked[],
    { waitMilliseconds, signal, urgency, requester }: FactRequest,
  ): Promise<FactResult<Facts>[]> {
    signal?.throwIfAborted();
    const texts = asked.map((one) => kind.textOf(kind.keyOf(one)));
    const wanted = new Map(texts.map((text, i) => [text, asked[i] as Asked]));
    const rows = new Map<string, Key & Facts & StoredFact>();
    const look = async (among: Iterable<string>) => {
      const keys = [...among].flatMap((text) => (wanted.has(text) ? [kind.keyOf(wanted.get(text) as Asked)] : []));
      if (keys.length === 0) return;
      for (const row of await kind.find(connection, keys)) rows.set(kind.textOf(row), row);
    };
    await look(wanted.keys());
    const cached = new Set(rows.keys());
    const owners = new Map<string, string>();
    let refused: RankscopeError | undefined;
    const missing = () => [...wanted.keys()].filter((text) => !rows.has(text) && !owners.has(text));
    for (let turn = 0; turn < LOOKS && missing().length > 0; turn++) {
      if (turn > 0) await look(missing());
      const open = missing();
      if (open.length === 0) break;
      const jobs = newJobs(
        kind,
        open.map((text) => wanted.get(text) as Asked),
      );
      const attributes = { "rankscope.kind": kind.name, "rankscope.facts": open.length };
      const how = { task: computeTask(KERNEL_VERSION), urgency, requester, bounds };
      try {
        const queued = await inSpan("enqueue", { kind: SpanKind.PRODUCER, attributes }, () =>
          enqueue(connection, jobs, how),
        );
        for (const [text, job] of queued) owners.set(text, job);
      } catch (error) {
        if (!(error instanceof RankscopeError) || error.code !== "QUEUE_FULL") throw error;
        refused = error;
        break;
      }
    }
    if (owners.size > 0) onQueued?.();
    const ended = await wait([...new Set(owners.values())], waitMilliseconds, signal, urgency);
    await look([...owners].filter(([, job]) => ended.has(job)).map(([text]) => text));
    const results = texts.map((text, i): FactResult<Facts> => {
      const row = rows.get(text);
      if (row !== undefined) return { facts: kind.answer(row, asked[i] as Asked), cached: cached.has(text) };
      const job = owners.get(text);
      const end = job === undefined ? undefined : ended.get(job);
      if (job !== undefined && end === undefined) return { pending: job };
      if (job === undefined && refused !== undefined) return { code: refused.code, failed: refused.message };
      return reasonOf(end, text);
    });
    const counts = new Map<FactsFound, number>();
    for (const result of results) counts.set(foundHow(result), (counts.get(foundHow(result)) ?? 0) + 1);
    for (const [found, n] of counts) observe?.(kind.name, found, n);
    return results;
  }

  async function wait(
    ids: readonly string[],
    milliseconds: number,
    signal: AbortSignal | undefined,
    urgency: FactRequest["urgency"],
  ): Promise<ReadonlyMap<string, Job>> {
    if (ids.length === 0) return new Map();
    try {
      return await watch.ended(ids, { milliseconds, signal });
    } catch (error) {
      if (signal?.aborted === true && urgency === "INTERACTIVE") {
        await leaveJobs(connection, ids).catch((err: unknown) =>
          log.warn({ err }, "abandoned jobs were not cancelled"),
        );
      }
      throw error;
    }
  }

  return {
    comparisons: (pairs, how) => ask(COMPARISONS, pairs, how),
    subspaces: (pairs, how) => ask(SUBSPACES, pairs, how),
    spectra: (parts, how) => ask(SPECTRA, parts, how),
  };
}

function foundHow(result: FactResult<object>): FactsFound {
  if ("pending" in result) return "pending";
  if ("failed" in result) return "failed";
  return result.cached ? "stored" : "computed";
}

/** Why a job that has ended did not find a fact. */
function reasonOf(end: Job | undefined, fact: string): FactFailure {
  const code = "COMPUTE_FAILED";
  if (end?.status === "FAILED") return { code, failed: end.message };
  const known = end?.status === "SUCCEEDED" ? (end.result as ComputeResult | null)?.failed[fact] : undefined;
  if (known !== undefined) return known;
  const received = end?.status === "CANCELLED" ? "a job that was cancelled" : undefined;
  return { code, failed: failure(code, { received }).message };
}
