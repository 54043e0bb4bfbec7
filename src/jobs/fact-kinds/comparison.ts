import { KERNEL_VERSION, reversePairFacts, type PairFacts } from "../../model/computed-facts.js";
import { updateKey, type UpdatePair } from "../../model/weight-updates.js";
import { comparedKeys, findComparisons, saveComparisons, type ComparisonKey } from "../../store/facts/comparisons.js";
import { isReversed, storedOrder, storedUpdates, updateGroup, type FactKind } from "./fact-kind.js";

/** Inner products and distance of two updates. */
export const COMPARISON: FactKind<UpdatePair, ComparisonKey, PairFacts> = {
  name: "COMPARISON",
  usesGpu: true,
  updatesOf: storedUpdates,
  groupOf: ({ left }) => updateGroup(left),
  scalingRatioOf: (pair) => storedOrder(pair).scalingRatio,
  keyOf(pair) {
    const { left, right, scalingRatio } = storedOrder(pair);
    return { left: updateKey(left), right: updateKey(right), scalingRatio };
  },
  keyOfItem: ({ left, right, scalingRatio }) => ({ left, right, scalingRatio }),
  textOf: ({ left, right, scalingRatio }) => `comparison ${KERNEL_VERSION} ${left} ${right} ${scalingRatio}`,
  find: (connection, keys) => findComparisons(connection, keys, KERNEL_VERSION),
  findKeys: (connection, keys) => comparedKeys(connection, keys, KERNEL_VERSION),
  save: saveComparisons,
  factsFor({ left: _left, right: _right, scalingRatio, ...facts }, pair) {
    return isReversed(pair) ? reversePairFacts(facts, scalingRatio) : facts;
  },
  async compute(engine, layers) {
    const { pairFacts } = await import("../../compute/facts/pair-facts.js");
    return engine.comparePairs(pairFacts, layers);
  },
  precomputedSubjects: ({ pairs, noisePairs }) => [...pairs, ...noisePairs].flatMap(unscaledAndScaled),
};

/** Returns the pair without scalings and, where that differs, the pair itself. */
function unscaledAndScaled(pair: UpdatePair): UpdatePair[] {
  const unscaled = { ...pair, scalingRatio: 1 };
  const isScaled = pair.scalingRatio !== 1 && Number.isFinite(pair.scalingRatio);
  return isScaled ? [unscaled, pair] : [unscaled];
}
