/** What is asked of weights, and what is answered: declared once for those that ask (serve) and those that work (jobs). */

import type { PairFacts, SpectrumFacts, SubspaceFacts } from "./computed-facts.js";
import type { ErrorCode } from "../errors.js";
import type { StoredFactors } from "./stored-factors.js";
import type { JobAsker } from "./job-asker.js";

/** Rows of B from `from` up to, not including, `to`: a sub-module of a fused projection. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** An update, whole or the part of it that some rows of B make. */
export interface FactorsPart {
  readonly factors: StoredFactors;
  /** Undefined is all of B. */
  readonly rows?: RowRange | undefined;
}

/** Two updates of one shape to compare; the distance is |dW_left - scalingRatio dW_right|. */
export interface PartsPair {
  readonly left: FactorsPart;
  readonly right: FactorsPart;
  /** The right one's scaling over the left one's; 1 leaves scalings out. Only comparisons use it. */
  readonly scalingRatio: number;
}

/** How long and how urgently an answer is waited for. */
export interface Ask {
  /** After this long what is not there yet is answered with the job that works on it; Infinity waits for the end. */
  readonly waitMilliseconds: number;
  /** Ends the waiting; work that nobody else waits for is given up. */
  readonly signal?: AbortSignal | undefined;
  readonly urgency: "INTERACTIVE" | "PRECOMPUTE";
  /** Of the jobs that are queued for it. */
  readonly asker?: JobAsker | undefined;
}

/** What was stored with a fact. */
export interface StoredFact {
  readonly kernelVersion: number;
  /** Its share of the job's compute time. */
  readonly seconds: number;
}

/** A fact, why there is none, or the job that is to find it. */
export type FactResult<Facts> =
  | {
      readonly facts: Facts & StoredFact;
      /** False where it was computed since it was asked for. */
      readonly cached: boolean;
    }
  /** The error's message, and its code, which tells weights that cannot be read from computing that failed. */
  | { readonly failed: string; readonly code: ErrorCode }
  /** The job's id. */
  | { readonly pending: string };

/**
 * Facts about weight updates: what is stored is looked up, what is missing is queued for a worker, and kept. Answers are in
 * the order of what was asked, left is left.
 */
export interface WeightFacts {
  comparisons(pairs: readonly PartsPair[], ask: Ask): Promise<FactResult<PairFacts>[]>;
  subspaces(pairs: readonly PartsPair[], ask: Ask): Promise<FactResult<SubspaceFacts>[]>;
  spectra(parts: readonly FactorsPart[], ask: Ask): Promise<FactResult<SpectrumFacts>[]>;
}
