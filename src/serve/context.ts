import type { ImportJobs } from "../jobs/payloads.js";
import type { WeightFacts } from "../jobs/weight-facts.js";
import type { Log } from "../log.js";
import type { Database } from "../store/database.js";
import { openLoaders, type Loaders } from "./loaders.js";

/** What the server was given, for as long as it runs. */
export interface Services {
  readonly database: Database;
  readonly weights: WeightFacts;
  readonly imports: ImportJobs;
  /** Folders under which imports may read, absolute. */
  readonly importRoots: readonly string[];
  /** How long a query waits for what is not computed yet, where it does not say. */
  readonly waitMilliseconds: number;
  readonly log: Log;
}

/** What one request's resolvers share. */
export interface Context extends Services {
  readonly loaders: Loaders;
  /** Ends with the request: nobody waits for its answer any more. */
  readonly signal: AbortSignal;
}

/** A fresh context: loaders live as long as one request, so that nothing is served stale. */
export function openContext(services: Services, signal: AbortSignal): Context {
  return { ...services, loaders: openLoaders(services, signal), signal };
}
