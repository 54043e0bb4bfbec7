import type { FactKindName } from "../model/job-payloads.js";
import type { PairFacts, Execution, SpectrumFacts, SubspaceFacts } from "../model/computed-facts.js";
import { KERNEL_VERSION } from "../model/kernel-version.js";
import type { Connection } from "../store/connection.js";
import {
  comparedKeys,
  findComparisons,
  saveComparisons,
  type Comparison,
  type ComparisonKey,
} from "../store/facts/comparisons.js";
import { findSpectra, saveSpectra, spectrumKeys, type Spectrum, type SpectrumKey } from "../store/facts/spectra.js";
import {
  findSubspaces,
  saveSubspaces,
  subspaceKeys,
  type Subspace,
  type SubspaceKey,
} from "../store/facts/subspaces.js";
import { updateKey } from "../model/weight-updates.js";
import type { StoredFact } from "../model/weight-facts.js";
import type { WeightUpdate, UpdatePair } from "../model/weight-updates.js";

/** An item of a job by the keys of its members, which stand in the order of the fact's key. */
export interface ItemKey {
  readonly left: string;
  readonly right: string;
  readonly scalingRatio: number;
}

/** One kind of fact about weights: what it is asked by, where it is kept, and how it reads from the other side. */
export interface FactKind<Asked, Key, Facts extends Execution> {
  readonly name: FactKindName;
  /** The parts that must be of one shape, in the order of the key. */
  partsOf(asked: Asked): readonly WeightUpdate[];
  /** Which of the layer's updates go together: facts of one group are computed from one stack. */
  groupOf(asked: Asked): string;
  /** The second part's scaling over the first's; 1 where scalings play no part. */
  ratioOf(asked: Asked): number;
  /** Equal for all that ask for the same fact, whichever way round. */
  keyOf(asked: Asked): Key;
  /** The same, of an item that a job was given. */
  keyOfItem(item: ItemKey): Key;
  /** The key as a text that no fact of another kind or kernel has. */
  textOf(key: Key): string;
  find(connection: Connection, keys: readonly Key[]): Promise<(Key & Facts & StoredFact)[]>;
  /** Those of `keys` whose fact is stored: `find` without what it found. */
  known(connection: Connection, keys: readonly Key[]): Promise<Key[]>;
  save(connection: Connection, rows: readonly (Key & Facts & StoredFact)[]): Promise<void>;
  /** The stored fact as it was asked for. */
  answer(row: Key & Facts & StoredFact, asked: Asked): Facts & StoredFact;
}

/** Sides in the order of their keys. */
function ordered({ left, right, scalingRatio }: UpdatePair): UpdatePair {
  const isOrdered = updateKey(left) <= updateKey(right);
  return isOrdered ? { left, right, scalingRatio } : { left: right, right: left, scalingRatio: 1 / scalingRatio };
}

const isTurned = ({ left, right }: UpdatePair) => updateKey(left) > updateKey(right);

const group = ({ factors, rows }: WeightUpdate) => `${factors.layerId} ${rows?.from ?? ""}-${rows?.to ?? ""}`;

export const COMPARISONS: FactKind<UpdatePair, ComparisonKey, PairFacts> = {
  name: "COMPARISON",
  partsOf: (pair) => [ordered(pair).left, ordered(pair).right],
  groupOf: ({ left }) => group(left),
  ratioOf: (pair) => ordered(pair).scalingRatio,
  keyOf(pair) {
    const { left, right, scalingRatio } = ordered(pair);
    return { left: updateKey(left), right: updateKey(right), scalingRatio };
  },
  keyOfItem: (item) => item,
  textOf: ({ left, right, scalingRatio }) => `comparison ${KERNEL_VERSION} ${left} ${right} ${scalingRatio}`,
  find: (connection, keys) => findComparisons(connection, keys, KERNEL_VERSION),
  known: (connection, keys) => comparedKeys(connection, keys, KERNEL_VERSION),
  save: saveComparisons,
  answer({ left: _, right: __, scalingRatio: ratio, ...facts }: Comparison, asked) {
    if (!isTurned(asked)) return facts;
    const { leftSquaredNorm, rightSquaredNorm, squaredDistance } = facts;
    return {
      ...facts,
      leftSquaredNorm: rightSquaredNorm,
      rightSquaredNorm: leftSquaredNorm,
      // |dW2 - dW1 / s|^2 is |dW1 - s dW2|^2 / s^2
      squaredDistance: squaredDistance === null ? null : squaredDistance / ratio ** 2,
    };
  },
};

export const SUBSPACES: FactKind<UpdatePair, SubspaceKey, SubspaceFacts> = {
  name: "SUBSPACE",
  partsOf: (pair) => [ordered(pair).left, ordered(pair).right],
  groupOf: ({ left }) => group(left),
  ratioOf: () => 1,
  keyOf(pair) {
    const { left, right } = ordered(pair);
    return { left: updateKey(left), right: updateKey(right) };
  },
  keyOfItem: ({ left, right }) => ({ left, right }),
  textOf: ({ left, right }) => `subspace ${KERNEL_VERSION} ${left} ${right}`,
  find: (connection, keys) => findSubspaces(connection, keys, KERNEL_VERSION),
  known: (connection, keys) => subspaceKeys(connection, keys, KERNEL_VERSION),
  save: saveSubspaces,
  answer({ left: _, right: __, ...facts }: Subspace, asked) {
    if (!isTurned(asked)) return facts;
    const { leftRank, rightRank, outOverlaps, inOverlaps } = facts;
    return {
      ...facts,
      leftRank: rightRank,
      rightRank: leftRank,
      outOverlaps: transposed(outOverlaps, leftRank, rightRank),
      inOverlaps: transposed(inOverlaps, leftRank, rightRank),
    };
  },
};

export const SPECTRA: FactKind<WeightUpdate, SpectrumKey, SpectrumFacts> = {
  name: "SPECTRUM",
  partsOf: (part) => [part],
  groupOf: group,
  ratioOf: () => 1,
  keyOf: (part) => ({ hash: updateKey(part) }),
  keyOfItem: ({ left }) => ({ hash: left }),
  textOf: ({ hash }) => `spectrum ${KERNEL_VERSION} ${hash}`,
  find: (connection, keys) => findSpectra(connection, keys, KERNEL_VERSION),
  known: (connection, keys) => spectrumKeys(connection, keys, KERNEL_VERSION),
  save: saveSpectra,
  answer: ({ hash: _, ...facts }: Spectrum) => facts,
};

/** The transpose of the row-major rows x columns matrix `values`. */
function transposed(values: readonly number[], rows: number, columns: number): number[] {
  return Array.from({ length: values.length }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
}
