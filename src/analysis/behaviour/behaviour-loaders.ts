import DataLoader from "dataloader";
import type { BehaviourFacts } from "../../model/behaviour-facts.js";
import type { JobRequester } from "../../model/job-payloads.js";
import { behaviourValues, type StoredValues } from "../../store/behaviour/values.js";
import type { Connection } from "../../store/connection.js";
import { evaluationSetsByName, type StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { ReadTracker } from "../request/read-tracker.js";
import type { Deadline } from "../request/request-deadline.js";
import { openBehaviourFactsLoader, type BehaviourFactsLoader } from "./behaviour-facts-loader.js";

/** The loaders of facts about running models, and of what they are about. */
export interface BehaviourLoaders {
  readonly behaviour: BehaviourFactsLoader;
  /** Values of complete facts, by key. */
  readonly behaviourValues: DataLoader<string, StoredValues | undefined>;
  readonly evaluationSetByName: DataLoader<string, StoredEvaluationSet | undefined>;
}

interface BehaviourLoadersOptions {
  readonly database: Connection;
  readonly behaviour: BehaviourFacts;
  readonly deadline: Deadline;
  /** Recorded with the jobs that the request queues. */
  readonly requester: JobRequester;
}

/** Opens the loaders of a request. Each batch is one statement. */
export function openBehaviourLoaders(
  { database, behaviour, deadline, requester }: BehaviourLoadersOptions,
  reads: ReadTracker,
): BehaviourLoaders {
  function open<Row>(
    read: (keys: readonly string[]) => Promise<Row[]>,
    keyOf: (row: Row) => string,
  ): DataLoader<string, Row | undefined> {
    const readAll = reads.tracked(async (keys: readonly string[]) => {
      const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
      return keys.map((key) => rows.get(key));
    });
    return new DataLoader<string, Row | undefined>(readAll, {
      batchScheduleFn: (callback) => reads.whenReadsEnd(callback),
    });
  }
  return {
    behaviour: openBehaviourFactsLoader({ behaviour, deadline, requester }, reads),
    behaviourValues: open(
      (keys) => behaviourValues(database, keys),
      ({ key }) => key,
    ),
    evaluationSetByName: open(
      (names) => evaluationSetsByName(database, names),
      ({ name }) => name,
    ),
  };
}
