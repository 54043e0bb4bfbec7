import DataLoader from "dataloader";
import type {
  BehaviourFacts,
  BehaviourResult,
  BehaviourSubject,
  StoredBehaviourFact,
} from "../../model/behaviour-facts.js";
import { openBatchLoader } from "../request/batch-loader.js";
import { factRequests, type FactRequestsOptions } from "../request/fact-requests.js";
import type { ReadTracker } from "../request/read-tracker.js";

/** The facts about running models of one request: what its fields need at one time is requested in one call. */
export interface BehaviourFactsLoader {
  /** Returns the stored fact of a subject; undefined if none is stored. Queues nothing. */
  find(subject: BehaviourSubject): Promise<StoredBehaviourFact | undefined>;
  /**
   * Returns the result of a subject.
   *
   * @param waitMilliseconds maximum wait, from the start of the request
   */
  load(subject: BehaviourSubject, waitMilliseconds: number): Promise<BehaviourResult>;
}

interface BehaviourFactsLoaderOptions extends FactRequestsOptions {
  readonly behaviour: BehaviourFacts;
}

interface Key {
  readonly subject: BehaviourSubject;
  readonly waitMilliseconds: number;
}

export function openBehaviourFactsLoader(
  { behaviour, ...options }: BehaviourFactsLoaderOptions,
  reads: ReadTracker,
): BehaviourFactsLoader {
  const factRequest = factRequests(options);

  async function loadBatch(keys: readonly Key[]): Promise<BehaviourResult[]> {
    const results = new Map<Key, BehaviourResult>();
    const waits = new Set(keys.map(({ waitMilliseconds }) => waitMilliseconds));
    await Promise.all(
      [...waits].map(async (waitMilliseconds) => {
        const ofWait = keys.filter((key) => key.waitMilliseconds === waitMilliseconds);
        const found = await behaviour.request(
          ofWait.map(({ subject }) => subject),
          factRequest(waitMilliseconds),
        );
        ofWait.forEach((key, i) => {
          const result = found[i];
          if (result !== undefined) results.set(key, result);
        });
      }),
    );
    return keys.map((key) => {
      const result = results.get(key);
      if (result === undefined) throw new Error("A measurement has no result.");
      return result;
    });
  }

  const loader = new DataLoader<Key, BehaviourResult, string>(loadBatch, {
    cacheKeyFn: ({ subject, waitMilliseconds }) => JSON.stringify([subject, waitMilliseconds]),
    batchScheduleFn: (callback) => reads.whenIdle(callback),
  });
  const stored = openBatchLoader<BehaviourSubject, StoredBehaviourFact | undefined, string>(
    reads,
    (subjects) => behaviour.find(subjects),
    (subject) => JSON.stringify(subject),
  );
  return {
    find: (subject) => stored.load(subject),
    load: (subject, waitMilliseconds) => loader.load({ subject, waitMilliseconds }),
  };
}
