import type { JobWatch } from "../jobs/job-watch.js";
import type { ImportJobs } from "../jobs/payloads.js";
import type { WeightFacts } from "../jobs/weight-facts.js";
import type { Log } from "../log.js";
import type { Database } from "../store/database.js";
import { openLoaders, type Loaders } from "./loaders.js";
import type { RequestObserver } from "./observe/request-observer.js";

/** What the server was given, for as long as it runs. */
export interface Services {
  readonly database: Database;
  readonly weights: WeightFacts;
  /** How long a query waits for what has to be computed, unless it says so itself. */
  readonly waitMilliseconds: number;
  readonly jobs: {
    readonly watch: JobWatch;
    /** Queues all that a study's weights can be asked about; the id of the job that ends with the last of it. */
    precompute(studyId: string): Promise<string>;
  };
  readonly imports: ImportJobs;
  /** Folders under which imports may read, absolute. */
  readonly importRoots: readonly string[];
  readonly log: Log;
  /** Told what requests do, and what /metrics answers; without it there is no such route. */
  readonly metrics?: { readonly requests: RequestObserver; text(): Promise<MetricsText> } | undefined;
  /** Whether requests are traced; the tracer is OpenTelemetry's own, which a command has set up. */
  readonly isTraced?: boolean | undefined;
}

/** Numbers in Prometheus' text format. */
export interface MetricsText {
  readonly type: string;
  readonly body: string;
}

/** What one request's resolvers share. */
export interface Context extends Services {
  readonly loaders: Loaders;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** A fresh context: loaders live as long as one request, so that nothing is served stale. */
export function openContext(services: Services, signal: AbortSignal): Context {
  return { ...services, signal, loaders: openLoaders(services, signal) };
}
