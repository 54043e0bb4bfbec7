import type { ImportJobs } from "../jobs/payloads.js";
import type { WeightFacts } from "../jobs/weight-facts.js";
import type { Log } from "../log.js";
import type { Database } from "../store/database.js";
import { openLoaders, type Loaders } from "./loaders.js";

/** What the server was given, for as long as it runs. */
export interface Services {
  readonly database: Database;
  readonly weights: WeightFacts;
  /** How long a query waits for what has to be computed, unless it says so itself. */
  readonly waitMilliseconds: number;
  readonly imports: ImportJobs;
  /** Folders under which imports may read, absolute. */
  readonly importRoots: readonly string[];
  readonly log: Log;
}

/** What one request's resolvers share. */
export interface Context extends Services {
  readonly loaders: Loaders;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** A fresh context: loaders live as long as one request, so that nothing is served stale. */
export function openContext(services: Services, signal: AbortSignal = new AbortController().signal): Context {
  return { ...services, signal, loaders: openLoaders(services, signal) };
}
