import type { JobWatch } from "../jobs/job-watch.js";
import type { ImportJobs } from "../model/job-payloads.js";
import type { WeightFacts } from "../model/weight-facts.js";
import type { Log } from "../log.js";
import type { Connection } from "../store/connection.js";
import type { Database } from "../store/database.js";
import type { JobRequester } from "../model/job-requester.js";
import { PROGRAM, type Principal } from "./access/principal.js";
import { limitsBy, type Limits } from "../model/limits.js";
import { noDeadline, type Deadline } from "../analysis/request/request-deadline.js";
import { openLoaders, type Loaders } from "../analysis/request/loaders.js";

/** What the server was given, for as long as it runs. */
export interface Services {
  readonly database: Database;
  readonly weights: WeightFacts;
  /** How long a query waits for what has to be computed, unless it says so itself. */
  readonly waitMilliseconds: number;
  readonly jobs: {
    readonly watch: JobWatch;
    /** Queues all that a study's weights can be asked about; the id of the job that ends with the last of it. */
    precompute(studyId: string, requester?: JobRequester): Promise<string>;
  };
  readonly imports: ImportJobs;
  /** Folders under which imports may read, absolute. */
  readonly importRoots: readonly string[];
  readonly log: Log;
}

/** What one request's resolvers share. */
export interface Context extends Omit<Services, "database">, RequestScope {
  readonly loaders: Loaders;
  /** Aborted when nobody waits for the answer any more, or the deadline has passed. */
  readonly signal: AbortSignal;
}

/** Within what a request is answered. */
export interface RequestScope {
  readonly principal: Principal;
  /** What it reads by. */
  readonly database: Connection;
  readonly limits: Limits;
  readonly deadline: Deadline;
}

/** A fresh context: loaders live as long as one request, so that nothing is served stale. */
export function openContext(services: Services, scope: RequestScope): Context {
  const { deadline, database } = scope;
  const { signal } = deadline;
  const loaders = openLoaders({
    database,
    weights: services.weights,
    deadline,
    requester: requesterOf(scope.principal),
  });
  return { ...services, ...scope, signal, loaders };
}

/** Whose jobs a caller's are. Whoever sees some studies only asks about nothing else, so that is what they speak of. */
export function requesterOf({ token, studies }: Principal): JobRequester {
  return { requestedBy: token?.id, studies };
}

/** The scope of the program's own questions: everything, for as long as it takes. */
export function unlimitedScope({ database }: Services): RequestScope {
  return {
    principal: PROGRAM,
    database,
    limits: limitsBy(({ most }) => most),
    deadline: noDeadline(new AbortController().signal),
  };
}
