/** What jobs take and yield, declared once for those that ask (serve) and those that work (jobs). */

import type { Finding } from "../import/records.js";
import type { StoreOutcome } from "../store/write/outcome.js";
import type { Comparison } from "../store/comparisons.js";
import type { StoredFactors } from "../store/factors.js";

/** Two factor pairs of one layer. */
export interface FactorsPair {
  readonly left: StoredFactors;
  readonly right: StoredFactors;
}

/** What is known of a pair: facts in the order it was asked (left is left), or why there are none. */
export type PairResult =
  | {
      readonly facts: Omit<Comparison, "left" | "right">;
      /** False where this request computed them. */
      readonly cached: boolean;
    }
  | { readonly failed: string };

/** Compares weight updates: what is stored is looked up, what is missing is computed off the calling thread, and kept. */
export interface WeightComparisons {
  compare(pairs: readonly FactorsPair[]): Promise<PairResult[]>;
  close(): Promise<void>;
}

export interface ImportRequest {
  readonly folder: string;
  readonly slug?: string | undefined;
  readonly name?: string | undefined;
}

export interface ImportResult {
  readonly outcome: StoreOutcome;
  readonly findings: readonly Finding[];
}

/** What one compute thread is asked at once: pairs of one layer shape. */
export type CompareTask = readonly FactorsPair[];

/** One entry a pair: the facts, or the error's message. */
export type CompareTaskResult = readonly ({ readonly facts: ComputedFacts } | { readonly failed: string })[];

export type ComputedFacts = Omit<Comparison, "left" | "right">;

/** Runs imports in the background of the process that was asked. */
export interface ImportJobs {
  /** The job's id at once; `finished` when it has succeeded or failed, and never rejects. */
  start(request: ImportRequest): Promise<{ readonly id: string; readonly finished: Promise<void> }>;
  /** Resolves when nothing runs any more. */
  close(): Promise<void>;
}
