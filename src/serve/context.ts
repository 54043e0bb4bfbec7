import type { ImportJobs, WeightComparisons } from "../jobs/payloads.js";
import type { Log } from "../log.js";
import type { Database } from "../store/database.js";
import { openLoaders, type Loaders } from "./loaders.js";

/** What the server was given, for as long as it runs. */
export interface Services {
  readonly database: Database;
  readonly comparisons: WeightComparisons;
  readonly imports: ImportJobs;
  /** Folders under which imports may read, absolute. */
  readonly importRoots: readonly string[];
  readonly log: Log;
}

/** What one request's resolvers share. */
export interface Context extends Services {
  readonly loaders: Loaders;
}

/** A fresh context: loaders live as long as one request, so that nothing is served stale. */
export function openContext(services: Services): Context {
  return { ...services, loaders: openLoaders(services) };
}
