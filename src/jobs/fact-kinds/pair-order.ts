import { updateKey, type UpdatePair, type WeightUpdate } from "../../model/weight-updates.js";

/** Whether the pair is in the reverse of the order in which pairs are stored: by their keys. */
export function isReversed({ left, right }: UpdatePair): boolean {
  return updateKey(left) > updateKey(right);
}

/** Returns the pair in the order in which it is stored. */
export function storedOrder(pair: UpdatePair): UpdatePair {
  if (!isReversed(pair)) return pair;
  return { left: pair.right, right: pair.left, scalingRatio: 1 / pair.scalingRatio };
}

/** Returns the updates of a pair in the order in which it is stored. */
export function storedUpdates(pair: UpdatePair): [WeightUpdate, WeightUpdate] {
  const { left, right } = storedOrder(pair);
  return [left, right];
}
