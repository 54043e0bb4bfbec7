import type DataLoader from "dataloader";
import type { BehaviourFacts } from "../../model/behaviour-facts.js";
import { behaviourValues, type StoredValues } from "../../store/behaviour/values.js";
import type { Connection } from "../../store/connection.js";
import { evaluationSetsByName, listEvaluationSets, type StoredEvaluationSet } from "../../store/evaluation-sets.js";
import { openBatchLoader } from "../request/batch-loader.js";
import { eachOne } from "../request/batches.js";
import type { FactRequestsOptions } from "../request/fact-requests.js";
import type { ReadTracker } from "../request/read-tracker.js";
import { openBehaviourFactsLoader, type BehaviourFactsLoader } from "./behaviour-facts-loader.js";

/** The loaders of facts about running models, and of what they are about. */
export interface BehaviourLoaders {
  readonly behaviour: BehaviourFactsLoader;
  /** Values of complete facts, by key. */
  readonly behaviourValues: DataLoader<string, StoredValues | undefined>;
  readonly evaluationSetByName: DataLoader<string, StoredEvaluationSet | undefined>;
  /** The newest sets, by their maximum number. */
  readonly newestEvaluationSets: DataLoader<number, readonly StoredEvaluationSet[]>;
}

interface BehaviourLoadersOptions extends FactRequestsOptions {
  readonly database: Connection;
  readonly behaviour: BehaviourFacts;
}

/** Opens the loaders of a request. Each batch is one statement. */
export function openBehaviourLoaders(
  { database, ...options }: BehaviourLoadersOptions,
  reads: ReadTracker,
): BehaviourLoaders {
  return {
    behaviour: openBehaviourFactsLoader(options, reads),
    behaviourValues: openBatchLoader(
      reads,
      eachOne(
        (keys) => behaviourValues(database, keys),
        ({ key }) => key,
      ),
    ),
    evaluationSetByName: openBatchLoader(
      reads,
      eachOne(
        (names) => evaluationSetsByName(database, names),
        ({ name }) => name,
      ),
    ),
    newestEvaluationSets: openBatchLoader(reads, (limits) =>
      Promise.all(limits.map((limit) => listEvaluationSets(database, { limit }))),
    ),
  };
}
