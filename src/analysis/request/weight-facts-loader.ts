import DataLoader from "dataloader";
import type { FactKindName, FactsOf, SubjectOf } from "../../model/computed-facts.js";
import type { FactResult, WeightFacts } from "../../model/weight-facts.js";
import { updateKey, type UpdatePair, type WeightUpdate } from "../../model/weight-updates.js";
import { factRequests, type FactRequestsOptions } from "./fact-requests.js";
import type { ReadTracker } from "./read-tracker.js";

/**
 * The facts about weights of one request. All facts of a kind that its fields need at one time are requested in one call,
 * each once.
 */
export interface WeightFactsLoader {
  /**
   * Returns the facts of `subjects`, in their order.
   *
   * @param waitMilliseconds maximum wait, from the start of the request
   */
  load<Kind extends FactKindName>(
    kind: Kind,
    subjects: readonly SubjectOf<Kind>[],
    waitMilliseconds: number,
  ): Promise<FactResult<FactsOf<Kind>>[]>;
}

interface WeightFactsLoaderOptions extends FactRequestsOptions {
  readonly weights: WeightFacts;
}

export function openWeightFactsLoader(
  { weights, ...options }: WeightFactsLoaderOptions,
  reads: ReadTracker,
): WeightFactsLoader {
  const factRequest = factRequests(options);

  async function loadBatch(loads: readonly FactLoad[]): Promise<AnyResult[][]> {
    const calls = combineLoads(loads);
    await Promise.all(
      [...calls.values()].map(async ({ kind, waitMilliseconds, subjects, results }) => {
        const computed = await weights.request(kind, [...subjects.values()], factRequest(waitMilliseconds));
        [...subjects.keys()].forEach((id, i) => {
          const result = computed[i];
          if (result !== undefined) results.set(id, result);
        });
      }),
    );
    return loads.map((load) => load.ids.map((id) => resultOf(calls.get(callKey(load)), id)));
  }

  // Loads are not cached: they share single subjects, which are combined by their ids.
  const loader = new DataLoader(loadBatch, { cache: false, batchScheduleFn: (callback) => reads.whenIdle(callback) });
  return {
    async load<Kind extends FactKindName>(kind: Kind, subjects: readonly SubjectOf<Kind>[], waitMilliseconds: number) {
      if (subjects.length === 0) return [];
      return loader.load({ kind, waitMilliseconds, subjects, ids: subjects.map(subjectId) });
    },
  };
}

type AnySubject = SubjectOf<FactKindName>;
type AnyResult = FactResult<FactsOf<FactKindName>>;

interface FactLoad {
  readonly kind: FactKindName;
  readonly waitMilliseconds: number;
  readonly subjects: readonly AnySubject[];
  /** The ids of `subjects`, in their order. */
  readonly ids: readonly string[];
}

/** The loads of one kind and wait, as one call. */
interface FactCall extends Pick<FactLoad, "kind" | "waitMilliseconds"> {
  /** Each subject once, by its id. */
  readonly subjects: Map<string, AnySubject>;
  readonly results: Map<string, AnyResult>;
}

function combineLoads(loads: readonly FactLoad[]): Map<string, FactCall> {
  const calls = new Map<string, FactCall>();
  for (const load of loads) {
    const { kind, waitMilliseconds } = load;
    const call = calls.get(callKey(load)) ?? { kind, waitMilliseconds, subjects: new Map(), results: new Map() };
    calls.set(callKey(load), call);
    load.subjects.forEach((subject, i) => call.subjects.set(load.ids[i] as string, subject));
  }
  return calls;
}

function resultOf(call: FactCall | undefined, id: string): AnyResult {
  const result = call?.results.get(id);
  if (result === undefined) throw new Error(`There is no result for the weights ${id}.`);
  return result;
}

function callKey({ kind, waitMilliseconds }: Pick<FactLoad, "kind" | "waitMilliseconds">): string {
  return `${kind} ${waitMilliseconds}`;
}

function subjectId(subject: UpdatePair | WeightUpdate): string {
  if ("factors" in subject) return updateKey(subject);
  return `${updateKey(subject.left)} ${updateKey(subject.right)} ${subject.scalingRatio}`;
}
