import type { Engine, LayerTask } from "../../compute/engine-types.js";
import type { Execution, FactKindName } from "../../model/computed-facts.js";
import { type StoredFactors, updateKey, type UpdatePair, type WeightUpdate } from "../../model/weight-updates.js";
import type { StoredFact } from "../../model/weight-facts.js";
import type { Connection } from "../../store/connection.js";

/** An item of a job, by the keys of its members, which are in the order of the fact's key. */
export interface ItemKey {
  readonly left: string;
  readonly right: string;
  readonly scalingRatio: number;
}

/** The updates that a study's facts are precomputed from. */
export interface PrecomputedUpdates {
  /** The updates of the final checkpoint of each run. */
  readonly final: readonly StoredFactors[];
  /** All pairs of `final` of one layer, with their scaling ratio. */
  readonly pairs: readonly UpdatePair[];
  /** Each run's final update with that of its preceding checkpoint. */
  readonly noisePairs: readonly UpdatePair[];
}

/**
 * A kind of fact about weight updates: its keys, its table, its computation. `Subject` is what a fact is requested for, and
 * `Key` what it is stored under.
 */
export interface FactKind<Subject, Key extends object, Facts extends Execution> {
  readonly name: FactKindName;
  /** Whether a GPU may compute it, in float32; other kinds are always computed on the CPU, in float64. */
  readonly usesGpu: boolean;
  /** Returns the updates of a subject, one or two of one shape, in the order of the key. */
  updatesOf(subject: Subject): readonly [WeightUpdate, WeightUpdate?];
  /** Returns the group of a subject: facts of one group are computed from one stack of updates. */
  groupOf(subject: Subject): string;
  /** Returns the second update's scaling over the first one's; 1 where scalings are left out. */
  scalingRatioOf(subject: Subject): number;
  /** Returns the key of a subject's fact; a pair has the same key in both orders. */
  keyOf(subject: Subject): Key;
  /** Returns the key of the fact that a job's item stands for. */
  keyOfItem(item: ItemKey): Key;
  /** Returns the key as a text, unique among all kinds and kernel versions. */
  textOf(key: Key): string;
  /** Returns the stored facts among `keys`. */
  find(connection: Connection, keys: readonly Key[]): Promise<(Key & Facts & StoredFact)[]>;
  /** Returns those of `keys` whose facts are stored, without reading the facts. */
  findKeys(connection: Connection, keys: readonly Key[]): Promise<Key[]>;
  /** Stores facts; facts that are stored already stay as they are. */
  save(connection: Connection, rows: readonly (Key & Facts & StoredFact)[]): Promise<void>;
  /** Returns the stored fact as the subject needs it: without its key, and reversed where the subject is. */
  factsFor(row: Key & Facts & StoredFact, subject: Subject): Facts & StoredFact;
  /** Computes the facts of each layer's pairs, in their order. Loads ONNX Runtime: only compute threads call it. */
  compute(engine: Engine, layers: readonly LayerTask[]): Promise<readonly (readonly Facts[])[]>;
  /** Returns the subjects that are precomputed for a study. */
  precomputedSubjects(updates: PrecomputedUpdates): readonly Subject[];
}

/** A kind of fact whose subject and key do not matter to the caller. */
export type AnyFactKind = FactKind<unknown, object, Execution>;

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

/** Returns the group of an update: the same rows of the same layer. */
export function updateGroup({ factors, rows }: WeightUpdate): string {
  return `${factors.layerId} ${rows?.from ?? ""}-${rows?.to ?? ""}`;
}
