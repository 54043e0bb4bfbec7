import { SpanKind } from "@opentelemetry/api";
import type { JobHelpers } from "graphile-worker";
import { failure, PermanentError, RankscopeError } from "../../errors.js";
import type { Log } from "../../log.js";
import type { Connection } from "../../store/connection.js";
import { endJob } from "../../store/queue/progress.js";
import { PRIORITY } from "../../store/queue/tasks.js";
import { inSpan } from "../../trace.js";
import { openJobCounters, type JobCounters, type JobObserver, type JobRun } from "../job-run.js";
import type { JobWatch } from "../job-watch.js";

export interface JobResources {
  readonly connection: Connection;
  readonly watch: JobWatch;
  /** Called when a job's run has ended. */
  readonly observe?: JobObserver | undefined;
  readonly log: Log;
}

/** A queued job. */
export interface JobWork {
  /** The job's id. */
  readonly job: string;
  readonly kind: JobRun["kind"];
  /** The W3C traceparent of the request that queued the job; undefined where that was not traced. */
  readonly trace?: string | undefined;
  /** Does the work, and ends the job. */
  run(signal: AbortSignal, counters: JobCounters): Promise<void>;
}

/** Runs one job, until it has ended or is cancelled. @throws transient errors, after which the queue runs the job again */
export async function runJob(resources: JobResources, work: JobWork, helpers: JobHelpers): Promise<void> {
  const attributes = { "rankscope.job": work.job, "rankscope.attempt": helpers.job.attempts };
  await inSpan(`job ${work.kind}`, { kind: SpanKind.CONSUMER, attributes, parent: work.trace }, () =>
    runObserved(resources, work, helpers),
  );
}

async function runObserved(resources: JobResources, work: JobWork, helpers: JobHelpers): Promise<void> {
  const started = performance.now();
  const counters = openJobCounters();
  let outcome: JobRun["outcome"] = "retried";
  try {
    outcome = await runUntilEnded(resources, work, helpers, counters);
  } finally {
    const { attempts, priority } = helpers.job;
    resources.observe?.({
      kind: work.kind,
      urgency: priority === PRIORITY.INTERACTIVE ? "INTERACTIVE" : "PRECOMPUTE",
      outcome,
      waitSeconds: attempts > 1 ? null : counters.waitSeconds,
      runSeconds: (performance.now() - started) / 1000,
      computeSeconds: counters.computeSeconds,
      computed: [...counters.computed.values()],
    });
  }
}

async function runUntilEnded(
  { connection, watch, log }: JobResources,
  work: JobWork,
  { job: queued, abortSignal }: JobHelpers,
  counters: JobCounters,
): Promise<Exclude<JobRun["outcome"], "retried">> {
  const stop = new AbortController();
  const stopped = watch.ended([work.job], { milliseconds: Infinity, signal: stop.signal }).then(
    () => stop.abort(),
    () => undefined,
  );
  try {
    await work.run(AbortSignal.any([stop.signal, abortSignal]), counters);
    // A job that had ended before it began has no waiting time.
    return counters.waitSeconds === null ? "cancelled" : "succeeded";
  } catch (error) {
    if (stop.signal.aborted) return "cancelled";
    const isLastAttempt = queued.attempts >= queued.max_attempts;
    if (!isLastAttempt && !(error instanceof PermanentError)) throw error;
    log.error({ err: error, job: work.job }, "a computation failed");
    const known = error instanceof RankscopeError ? error : failure("COMPUTE_FAILED", { received: String(error) });
    await endJob(connection, work.job, { status: "FAILED", message: `${known.code}: ${known.message}` });
    return "failed";
  } finally {
    stop.abort();
    await stopped;
  }
}
