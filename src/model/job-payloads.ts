/** What jobs take and yield, declared once for those that ask (serve) and those that work (jobs). */

import type { ErrorCode } from "../errors.js";
import type { Finding } from "./records.js";
import type { JobRequester } from "./job-requester.js";
import type { StoreOutcome } from "./import-outcome.js";
import type { UpdateRef } from "./weight-updates.js";

export interface ImportRequest {
  readonly folder: string;
  /** As a client gave it, for messages; `folder` is then its real path, checked, and is not resolved again. */
  readonly where?: string | undefined;
  readonly slug?: string | undefined;
  readonly name?: string | undefined;
}

export interface ImportResult {
  readonly outcome: StoreOutcome;
  readonly findings: readonly Finding[];
}

/** Runs imports in the background of the process that was asked. */
export interface ImportJobs {
  /** The job's id at once; `finished` when it has succeeded or failed, and never rejects. @throws QUEUE_FULL */
  start(
    request: ImportRequest,
    requester?: JobRequester,
  ): Promise<{ readonly id: string; readonly finished: Promise<void> }>;
  /** Resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** One fact to find: the places of its two members in the layer (one and the same for a spectrum), and their scalings' ratio. */
export type Item = readonly [left: number, right: number, scalingRatio: number];

/** Updates of one layer that are read, and stacked, together. */
export interface LayerWork {
  readonly members: readonly UpdateRef[];
  readonly items: readonly Item[];
}

/** The kinds of facts that are computed from weights. */
export type FactKindName = "COMPARISON" | "SUBSPACE" | "SPECTRUM";

/** A computation as the queue holds it: layers of one shape. */
export interface ComputePayload {
  /** The job's id. */
  readonly job: string;
  readonly kind: FactKindName;
  readonly layers: readonly LayerWork[];
  /** The W3C traceparent of the request that queued it; none where that was not traced. */
  readonly trace?: string | undefined;
}

/** Why a fact could not be found. */
export interface FactFailure {
  readonly failed: string;
  readonly code: ErrorCode;
}

/** What a computation's job says when it has ended: the facts that could not be found, by key. */
export interface ComputeResult {
  readonly failed: Readonly<Record<string, FactFailure>>;
}
