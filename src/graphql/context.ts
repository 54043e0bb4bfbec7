import type { JobWatch } from "../jobs/job-watch.js";
import type { Actor } from "../model/audit.js";
import type { ImportJobs, JobRequester } from "../model/job-payloads.js";
import type { BehaviourFacts } from "../model/behaviour-facts.js";
import { DEFAULT_DELETE_GRACE_SECONDS } from "../model/duration.js";
import type { WeightFacts } from "../model/weight-facts.js";
import type { Log } from "../log.js";
import type { Connection } from "../store/connection.js";
import type { Database } from "../store/database.js";
import { PROGRAM, type Principal } from "./access/principal.js";
import { limitsBy, type Limits } from "../model/limits.js";
import { noDeadline, type Deadline } from "../analysis/request/request-deadline.js";
import { openRequestDerivations, type RequestDerivations } from "../analysis/request/request-derivations.js";
import type { DerivationPool } from "../threads/derivation-pool.js";
import type { StudyCache } from "../analysis/request/study-cache.js";
import { openLoaders, type Loaders } from "../analysis/request/loaders.js";

/** Services that live as long as the process. */
export interface Services {
  readonly database: Database;
  readonly weights: WeightFacts;
  readonly behaviour: BehaviourFacts;
  /** The threads that compute what would block this one. */
  readonly derivationPool: DerivationPool;
  /** Default maximum wait of a query for missing results. */
  readonly waitMilliseconds: number;
  readonly jobs: {
    readonly watch: JobWatch;
    /** Returns whether a worker runs or is starting. By default, a worker is expected. */
    readonly hasWorker?: (() => Promise<boolean>) | undefined;
    /** Queues all computations on the weights of a study. Returns the id of the job that ends with the last of them. */
    precompute(studyId: string, requester: JobRequester, actor: Actor): Promise<string>;
    /** Cancels a job. Returns false if it has ended. */
    cancel(id: string, actor: Actor): Promise<boolean>;
  };
  readonly imports: ImportJobs;
  /** Absolute paths of the folders that imports may read. */
  readonly importRoots: readonly string[];
  /** Absolute path of the hub's cache. */
  readonly hubCache: string;
  /** Time between the deletion of a study or run and the removal of its rows; 7 days by default. */
  readonly deleteGraceSeconds?: number | undefined;
  /** Operating system's user who runs the command; undefined for a server, or if the system does not name one. */
  readonly osUser?: string | undefined;
  readonly log: Log;
}

/** The context that the resolvers of one request share. */
export interface Context extends Omit<Services, "database" | "deleteGraceSeconds">, RequestScope {
  /** The program's own connection, which sees every study. Check what the principal may do before you use it. */
  readonly programDatabase: Connection;
  readonly deleteGraceSeconds: number;
  readonly loaders: Loaders;
  readonly derivations: RequestDerivations;
  /** Aborted when the client disconnects or the deadline passes. */
  readonly signal: AbortSignal;
  /** Returns whether a worker runs or is starting. Workers are counted once a request. */
  hasWorker(): Promise<boolean>;
}

/** The principal, connection, limits and deadline of one request. */
interface RequestScope {
  readonly principal: Principal;
  readonly database: Connection;
  readonly limits: Limits;
  readonly deadline: Deadline;
  /** Rows of studies that requests share; undefined to read everything anew. */
  readonly studyCache?: StudyCache | undefined;
}

/** Opens the context of one request. Loaders live as long as the request; rows of the cache are those of a revision that it has read. */
export function openContext(services: Services, scope: RequestScope): Context {
  const { deadline, database, limits } = scope;
  const { signal } = deadline;
  const loaders = openLoaders({
    database,
    weights: services.weights,
    behaviour: services.behaviour,
    deadline,
    requester: requesterOf(scope.principal),
    cache: scope.studyCache,
  });
  const derivations = openRequestDerivations({ pool: services.derivationPool, signal, maxDraws: limits.draws });
  let isWorkerPresent: Promise<boolean> | undefined;
  const hasWorker = () => (isWorkerPresent ??= services.jobs.hasWorker?.() ?? Promise.resolve(true));
  const { database: programDatabase, deleteGraceSeconds = DEFAULT_DELETE_GRACE_SECONDS } = services;
  return { ...services, ...scope, programDatabase, deleteGraceSeconds, signal, loaders, derivations, hasWorker };
}

/** Returns the requester of a principal's jobs. Its jobs concern only studies that it can see. */
export function requesterOf({ token, studies }: Principal): JobRequester {
  return { requestedBy: token?.id, studies };
}

/** Returns the scope of the program's own queries: every study, maximum limits, no deadline. */
export function unlimitedScope({ database, osUser }: Services): RequestScope {
  return {
    principal: { ...PROGRAM, osUser },
    database,
    limits: limitsBy(({ maximum }) => maximum),
    deadline: noDeadline(new AbortController().signal),
  };
}
