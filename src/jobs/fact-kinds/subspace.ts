import { KERNEL_VERSION, type SubspaceFacts } from "../../model/computed-facts.js";
import { updateKey, type UpdatePair } from "../../model/weight-updates.js";
import { findSubspaces, saveSubspaces, subspaceKeys, type SubspaceKey } from "../../store/facts/subspaces.js";
import { isReversed, storedUpdates, updateGroup, type FactKind } from "./fact-kind.js";

/** Overlaps and principal angles of the singular subspaces of two updates. */
export const SUBSPACE: FactKind<UpdatePair, SubspaceKey, SubspaceFacts> = {
  name: "SUBSPACE",
  usesGpu: false,
  updatesOf: storedUpdates,
  groupOf: ({ left }) => updateGroup(left),
  scalingRatioOf: () => 1,
  keyOf(pair) {
    const [left, right] = storedUpdates(pair);
    return { left: updateKey(left), right: updateKey(right) };
  },
  keyOfItem: ({ left, right }) => ({ left, right }),
  textOf: ({ left, right }) => `subspace ${KERNEL_VERSION} ${left} ${right}`,
  find: (connection, keys) => findSubspaces(connection, keys, KERNEL_VERSION),
  findKeys: (connection, keys) => subspaceKeys(connection, keys, KERNEL_VERSION),
  save: saveSubspaces,
  factsFor({ left: _left, right: _right, ...facts }, pair) {
    return isReversed(pair) ? reversed(facts) : facts;
  },
  async compute(engine, layers) {
    const { subspaceFacts } = await import("../../compute/facts/subspace-facts.js");
    return engine.comparePairs(subspaceFacts, layers);
  },
  // Pages show only the comparison of pairs of different ranks, unless more is requested.
  precomputedSubjects: ({ pairs }) => pairs.filter(({ left, right }) => left.factors.rank === right.factors.rank),
};

/** Returns the facts of the pair (right, left) from those of (left, right). */
function reversed<Facts extends SubspaceFacts>(facts: Facts): Facts {
  const { leftRank, rightRank, outOverlaps, inOverlaps } = facts;
  return {
    ...facts,
    leftRank: rightRank,
    rightRank: leftRank,
    outOverlaps: transposed(outOverlaps, leftRank, rightRank),
    inOverlaps: transposed(inOverlaps, leftRank, rightRank),
  };
}

/** Returns the transpose of the row-major rows x columns matrix `values`. */
function transposed(values: readonly number[], rows: number, columns: number): number[] {
  return Array.from({ length: values.length }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
}
