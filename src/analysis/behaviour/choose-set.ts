import { countOf } from "../../model/count-of.js";
import type { BehaviourKind } from "../../model/behaviour.js";
import type { StoredBehaviourFact } from "../../model/behaviour-facts.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import { behaviourSubject } from "./measure.js";
import type { Servable } from "./served-run.js";
import type { Loaders } from "../request/loaders.js";

/** A reference and a candidate, both of which can be run. */
export interface ServedPair {
  readonly served: readonly [Servable, Servable];
}

/** The evaluation set whose measurements count. */
export interface MeasuredSet<Pair> {
  /** Undefined if no set has measurements. */
  readonly set: StoredEvaluationSet | undefined;
  /** The set and why it was chosen, for use in a sentence: `on the evaluation set "jargon", which ...`. Null without a set. */
  readonly source: string | null;
  /** The stored measurements on the set. */
  readonly facts: ReadonlyMap<Pair, StoredBehaviourFact>;
}

/** Sets among which the one with most measurements is searched: a key is computed for each pair on each of them. */
const MAX_SETS = 100;

/**
 * Returns the named set, or the one with the most stored measurements of the pairs: then that with more items, then the first by
 * name.
 */
export async function chooseSet<Pair extends ServedPair>(
  loaders: Pick<Loaders, "behaviour" | "newestEvaluationSets">,
  kind: "SENSITIVITY" | "DIVERGENCE",
  pairs: readonly Pair[],
  named: StoredEvaluationSet | undefined,
): Promise<MeasuredSet<Pair>> {
  const listed = named === undefined ? await loaders.newestEvaluationSets.load(MAX_SETS + 1) : [named];
  const sets = distinctSets(listed.slice(0, MAX_SETS));
  const measured = await Promise.all(
    sets.map(async (set) => ({ set, facts: await factsOn(loaders, kind, set, pairs) })),
  );
  const [best, second] = measured.filter(({ facts }) => facts.size > 0).sort(byFacts);
  if (best === undefined) return { set: undefined, source: null, facts: new Map() };
  const bound = listed.length > MAX_SETS ? ` of the ${MAX_SETS} newest sets` : "";
  const name = `on the evaluation set ${JSON.stringify(best.set.name)} (${countOf(best.set.items, "item")})`;
  const reason =
    second === undefined
      ? `, the only one${bound} with measurements`
      : `, which has the most measurements${bound}, or the most items of those (${best.facts.size}; ${JSON.stringify(second.set.name)} has ${second.facts.size})`;
  return { ...best, source: named === undefined ? name + reason : name };
}

/** Returns one set for each content, the first by name. */
function distinctSets(sets: readonly StoredEvaluationSet[]): StoredEvaluationSet[] {
  const byHash = new Map<string, StoredEvaluationSet>();
  const sorted = [...sets].sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const set of sorted) if (!byHash.has(set.hash)) byHash.set(set.hash, set);
  return [...byHash.values()];
}

async function factsOn<Pair extends ServedPair>(
  { behaviour }: Pick<Loaders, "behaviour">,
  kind: BehaviourKind,
  set: StoredEvaluationSet,
  pairs: readonly Pair[],
): Promise<ReadonlyMap<Pair, StoredBehaviourFact>> {
  const facts = await Promise.all(
    pairs.map(async (pair) => {
      const fact = await behaviour.find(behaviourSubject(kind, pair.served, set, {}));
      return fact === undefined || fact.items === 0 ? [] : [[pair, fact] as const];
    }),
  );
  return new Map(facts.flat());
}

/** Sets have the order of their names. */
function byFacts(one: Pick<MeasuredSet<unknown>, "facts">, other: Pick<MeasuredSet<unknown>, "facts">): number {
  return other.facts.size - one.facts.size || itemsOf(other) - itemsOf(one);
}

function itemsOf({ facts }: Pick<MeasuredSet<unknown>, "facts">): number {
  return [...facts.values()].reduce((sum, { items }) => sum + items, 0);
}
