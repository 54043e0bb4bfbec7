import type { Precision, Provider } from "../model/computed-facts.js";
import type { FactKindName } from "../model/job-payloads.js";

/** Facts that a job has found, by where they came from. */
export interface ComputedFacts {
  readonly provider: Provider;
  readonly precision: Precision;
  /** Whether another provider was meant to find them. */
  readonly isFallback: boolean;
  readonly n: number;
}

/** One start of a job, as it ended. A computation's goes from a supervised worker to its supervisor as a message. */
export interface JobRun {
  readonly kind: FactKindName | "IMPORT";
  /** Whether a request waits for the computation, or did; imports have a queue of their own. */
  readonly urgency: "INTERACTIVE" | "PRECOMPUTE" | "IMPORT";
  /** `retried`: it failed by what may pass, and is in the queue again. */
  readonly outcome: "succeeded" | "failed" | "retried" | "cancelled";
  /** From its queueing to this start, a computation's by the database's clock; null where it is not the first start. */
  readonly waitSeconds: number | null;
  readonly runSeconds: number;
  /** Of its threads, in all; null of what is no computation. */
  readonly computeSeconds: number | null;
  readonly computed: readonly ComputedFacts[];
}

export type JobObserver = (run: JobRun) => void;

/** What a running job has found so far. */
export interface JobTally {
  waitSeconds: number | null;
  computeSeconds: number;
  /** By its other fields as a text. */
  readonly computed: Map<string, ComputedFacts>;
}

export function newTally(): JobTally {
  return { waitSeconds: null, computeSeconds: 0, computed: new Map() };
}

/** Adds a fact to those of its kind. */
export function countFact(
  { computed }: JobTally,
  { provider, precision, fallback }: { provider: Provider; precision: Precision; fallback: string | null },
): void {
  const isFallback = fallback !== null;
  const key = `${provider} ${precision} ${isFallback}`;
  computed.set(key, { provider, precision, isFallback, n: (computed.get(key)?.n ?? 0) + 1 });
}
