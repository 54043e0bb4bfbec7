import { SpanKind } from "@opentelemetry/api";
import { failure } from "../errors.js";
import { KERNEL_VERSION, type Execution, type FactKindName } from "../model/computed-facts.js";
import type {
  FactObserver,
  FactOutcome,
  FactRequest,
  FactResult,
  StoredFact,
  WeightFacts,
} from "../model/weight-facts.js";
import { enqueue } from "../store/queue/enqueue.js";
import { computeTask } from "../store/queue/tasks.js";
import { inSpan } from "../trace.js";
import { openFactCache, type FactCache } from "./fact-cache.js";
import { newJobs } from "./compute/plan-jobs.js";
import type { FactKind } from "./fact-kinds/fact-kind.js";
import { FACT_KINDS } from "./fact-kinds/fact-kinds.js";
import { requestFacts, type FactRequestOptions, type FactSource } from "./request-facts.js";

interface WeightFactsOptions extends FactRequestOptions {
  /**
   * Called when facts are missing: a command without a worker starts one. Resolves with whether a worker runs or is starting;
   * if not, the request does not wait. By default, a worker is expected.
   */
  readonly ensureWorker?: (() => Promise<boolean>) | undefined;
  readonly observe?: FactObserver | undefined;
  /** Estimated memory of stored facts that are kept, in bytes. By default none is kept. */
  readonly cacheBytes?: number | undefined;
}

interface OpenedWeightFacts extends WeightFactsOptions {
  readonly cache: FactCache | undefined;
}

/**
 * Opens the facts about weights for a process that computes none itself: facts are looked up by the content of the weights,
 * missing ones are queued, and the request waits for them.
 */
export function openWeightFacts(given: WeightFactsOptions): WeightFacts {
  const options = { ...given, cache: openFactCache(given.cacheBytes ?? 0) };
  return {
    async request(kind, subjects, request) {
      const results = await requestFacts(options, sourceOf(options, FACT_KINDS[kind], request), subjects, request);
      observeOutcomes(options.observe, kind, results);
      return results;
    },
  };
}

function sourceOf<Subject, Key extends object, Facts extends Execution>(
  { connection, bounds, ensureWorker, cache }: OpenedWeightFacts,
  kind: FactKind<Subject, Key, Facts>,
  { urgency, requester }: FactRequest,
): FactSource<Subject, Key & Facts & StoredFact, Facts> {
  return {
    keyOf: (subject) => kind.textOf(kind.keyOf(subject)),
    // A stored fact never changes, so that it may be kept.
    async find(subjects) {
      const keys = new Map(subjects.map((subject) => [kind.textOf(kind.keyOf(subject)), kind.keyOf(subject)]));
      const found = new Map<string, Key & Facts & StoredFact>();
      for (const text of keys.keys()) {
        const row = cache?.get(kind.name, text);
        if (row !== undefined) found.set(text, row as Key & Facts & StoredFact);
      }
      const missing = [...keys].flatMap(([text, key]) => (found.has(text) ? [] : [key]));
      for (const row of missing.length === 0 ? [] : await kind.find(connection, missing)) {
        cache?.set(kind.name, kind.textOf(row), row);
        found.set(kind.textOf(row), row);
      }
      return found;
    },
    queue(subjects) {
      const attributes = { "rankscope.kind": kind.name, "rankscope.facts": subjects.length };
      return inSpan("enqueue", { kind: SpanKind.PRODUCER, attributes }, () =>
        enqueue(connection, newJobs(kind, subjects), {
          task: computeTask(KERNEL_VERSION),
          urgency,
          requester,
          bounds,
        }),
      );
    },
    missingWorker: async () => (((await ensureWorker?.()) ?? true) ? undefined : failure("NO_WORKER").message),
    factsFor: (row, subject) => kind.factsFor(row, subject),
  };
}

function observeOutcomes(
  observe: FactObserver | undefined,
  kind: FactKindName,
  results: readonly FactResult<object>[],
): void {
  const counts = new Map<FactOutcome, number>();
  for (const result of results) {
    const outcome = outcomeOf(result);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  for (const [outcome, n] of counts) observe?.(kind, outcome, n);
}

function outcomeOf(result: FactResult<object>): FactOutcome {
  if ("pending" in result) return "pending";
  if ("failed" in result) return "failed";
  return result.cached ? "stored" : "computed";
}
