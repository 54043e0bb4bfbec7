/** The payloads and results of jobs, shared by the code that queues jobs and the code that runs them. */

import type { ErrorCode } from "../errors.js";
import type { Actor } from "./audit.js";
import type { StudySummary } from "./import-preview.js";
import type { FactKindName } from "./computed-facts.js";
import type { Finding } from "./records.js";
import type { UpdateRef } from "./weight-updates.js";

export interface ImportRequest {
  readonly folder: string;
  /** The folder as the client named it, for messages; `folder` is then its resolved and checked path. */
  readonly where?: string | undefined;
  /** Import roots of the server, under which `folder` must still be when the import runs; undefined for no such limit. */
  readonly serverRoots?: readonly string[] | undefined;
  /** Branch, tag or commit to read, if the folder is a repository in the hub's cache; undefined for `main`. */
  readonly revision?: string | undefined;
  /** Cache of the hub where base models are looked up, with links resolved; undefined if the client may not read it. */
  readonly hubCache?: string | undefined;
  /** The actor of the import in the audit log; undefined for the server itself. */
  readonly actor?: Actor | undefined;
  readonly slug?: string | undefined;
  readonly name?: string | undefined;
  /** Slugs of the only studies that the client may write; undefined for all. */
  readonly allowedSlugs?: readonly string[] | undefined;
}

export interface ImportResult {
  /** One per study, the one with the most runs first. */
  readonly outcomes: readonly [StoreOutcome, ...StoreOutcome[]];
  readonly findings: readonly Finding[];
}

/** The result of an import with its studies in numbers, which are not kept in the job's row. */
export interface SummarisedImport extends ImportResult {
  readonly studies: readonly StudySummary[];
}

/** Accepts imports, and runs each in a process of its own when its turn has come. */
export interface ImportJobs {
  /**
   * Queues an import.
   *
   * @returns the job's id, and `finished`, which resolves when the import has succeeded or failed, and never rejects
   * @throws QUEUE_FULL
   */
  start(
    request: ImportRequest,
    requester?: JobRequester,
  ): Promise<{ readonly id: string; readonly finished: Promise<void> }>;
  /** Resolves when no import runs any more. */
  close(): Promise<void>;
}

/**
 * One fact to compute: the indices of its two members in the layer (equal for a fact about one update), and the ratio of
 * their scalings. It is a tuple because queued jobs hold thousands of them.
 */
export type FactItem = readonly [left: number, right: number, scalingRatio: number];

/** The updates of one layer that are read and stacked together, and the facts to compute about them. */
export interface LayerWork {
  readonly members: readonly UpdateRef[];
  readonly items: readonly FactItem[];
}

/** A queued computation: layers of one shape. */
export interface ComputePayload {
  /** The job's id. */
  readonly job: string;
  readonly kind: FactKindName;
  readonly layers: readonly LayerWork[];
  /** The W3C traceparent of the request that queued the job; undefined where that was not traced. */
  readonly trace?: string | undefined;
}

/** The reason why a fact could not be computed. */
export interface FactFailure {
  readonly failed: string;
  readonly code: ErrorCode;
}

/** The result of a computation: the facts that could not be computed, by their keys. */
export interface ComputeResult {
  readonly failed: Readonly<Record<string, FactFailure>>;
}

/** The token that requested a job, and the studies that the job concerns. */
export interface JobRequester {
  /** The id of an access token; undefined where the request needed none. */
  readonly requestedBy?: string | undefined;
  /** Slugs; undefined where they are unknown: only principals with access to every study then see the job. */
  readonly studies?: readonly string[] | undefined;
}

/** The changes of storing a study, as numbers of rows. All are 0 if everything was stored already. */
export interface StoreOutcome {
  readonly studyId: string;
  readonly slug: string;
  readonly created: boolean;
  readonly added: Counts;
  readonly updated: Counts;
  readonly conflicts: readonly StoreConflict[];
}

/** Numbers of rows by their content. */
export interface Counts {
  experiments: number;
  ranks: number;
  layers: number;
  metrics: number;
  curves: number;
  checkpoints: number;
}

/** A contradiction between the folder and the store. The stored value was kept. */
export interface StoreConflict {
  /** Name of the experiment. */
  readonly where: string;
  readonly message: string;
}
