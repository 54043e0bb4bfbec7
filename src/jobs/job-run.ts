import type { Execution, FactKindName, Precision, Provider } from "../model/computed-facts.js";

/** Facts that a job has computed, by provider and precision. */
interface ComputedCount {
  readonly provider: Provider;
  readonly precision: Precision;
  /** Whether the provider replaced one that failed. */
  readonly isFallback: boolean;
  readonly n: number;
}

/** One run of a job that has ended. A supervised worker sends it to its supervisor as a message. */
export interface JobRun {
  readonly kind: FactKindName | "BEHAVIOUR" | "IMPORT";
  /** Whether a request waits, or has waited, for the computation; imports have a queue of their own. */
  readonly urgency: "INTERACTIVE" | "PRECOMPUTE" | "IMPORT";
  /** `retried`: it failed with a transient error and is queued again. */
  readonly outcome: "succeeded" | "failed" | "retried" | "cancelled";
  /** From queueing to this run, for a computation by the database's clock; null where it is not the first run. */
  readonly waitSeconds: number | null;
  readonly runSeconds: number;
  /** Sum over all its threads; null for imports. */
  readonly computeSeconds: number | null;
  readonly computed: readonly ComputedCount[];
}

export type JobObserver = (run: JobRun) => void;

/** The counters of a running job. */
export interface JobCounters {
  waitSeconds: number | null;
  computeSeconds: number;
  /** Keyed by provider, precision and fallback, as text. */
  readonly computed: Map<string, ComputedCount>;
}

export function openJobCounters(): JobCounters {
  return { waitSeconds: null, computeSeconds: 0, computed: new Map() };
}

/** Counts a computed fact. */
export function countFact({ computed }: JobCounters, { provider, precision, fallback }: Execution): void {
  const isFallback = fallback !== null;
  const key = `${provider} ${precision} ${isFallback}`;
  const n = (computed.get(key)?.n ?? 0) + 1;
  computed.set(key, { provider, precision, isFallback, n });
}
