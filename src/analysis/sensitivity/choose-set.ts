import type { StoredBehaviourFact } from "../../model/behaviour-facts.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import { behaviourSubject } from "../behaviour/measure.js";
import type { QuantizedPair } from "../behaviour/quantized-pairs.js";
import type { Loaders } from "../request/loaders.js";

/** The evaluation set whose measured sensitivities count. */
export interface MeasuredSet {
  /** Undefined if no set has measurements. */
  readonly set: StoredEvaluationSet | undefined;
  /** The set and why it was chosen, for use in a sentence: `on the evaluation set "jargon", which ...`. Null without a set. */
  readonly source: string | null;
  /** The stored measurements on the set. */
  readonly facts: ReadonlyMap<QuantizedPair, StoredBehaviourFact>;
}

/** Sets among which the one with most measurements is searched: a key is computed for each pair on each of them. */
const MAX_SETS = 100;

/** Returns the named set, or the one with the most stored sensitivities of the pairs: then that with more items, then by name. */
export async function chooseSet(
  loaders: Pick<Loaders, "behaviour" | "newestEvaluationSets">,
  byRank: readonly { readonly pairs: readonly QuantizedPair[] }[],
  named: StoredEvaluationSet | undefined,
): Promise<MeasuredSet> {
  const pairs = byRank.flatMap((rank) => rank.pairs);
  const listed = named === undefined ? await loaders.newestEvaluationSets.load(MAX_SETS + 1) : [named];
  const sets = distinctSets(listed.slice(0, MAX_SETS));
  const measured = await Promise.all(sets.map(async (set) => ({ set, facts: await factsOn(loaders, set, pairs) })));
  const [best, second] = measured.filter(({ facts }) => facts.size > 0).sort(byFacts);
  if (best === undefined) return { set: undefined, source: null, facts: new Map() };
  const bound = listed.length > MAX_SETS ? ` of the ${MAX_SETS} newest sets` : "";
  const name = `on the evaluation set ${JSON.stringify(best.set.name)}`;
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

async function factsOn(
  { behaviour }: Pick<Loaders, "behaviour">,
  set: StoredEvaluationSet,
  pairs: readonly QuantizedPair[],
): Promise<ReadonlyMap<QuantizedPair, StoredBehaviourFact>> {
  const facts = await Promise.all(
    pairs.map(async (pair) => {
      const fact =
        pair.problem === null ? await behaviour.find(behaviourSubject("SENSITIVITY", pair.served, set, {})) : undefined;
      return fact === undefined || fact.items === 0 ? [] : [[pair, fact] as const];
    }),
  );
  return new Map(facts.flat());
}

/** Sets have the order of their names. */
function byFacts(one: Pick<MeasuredSet, "facts">, other: Pick<MeasuredSet, "facts">): number {
  return other.facts.size - one.facts.size || itemsOf(other) - itemsOf(one);
}

function itemsOf({ facts }: Pick<MeasuredSet, "facts">): number {
  return [...facts.values()].reduce((sum, { items }) => sum + items, 0);
}
