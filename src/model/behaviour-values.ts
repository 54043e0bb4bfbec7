/** The values of one item as bytes, little-endian like all machines that ONNX Runtime supports. */

import type {
  BehaviourKind,
  BehaviourKinds,
  ItemChoices,
  ItemDivergences,
  ItemEmbedding,
  ItemGeneration,
  ItemLosses,
  ItemSensitivities,
} from "./behaviour.js";
import type { LayerWeightGap } from "./layer-sensitivity.js";

/** Packs and unpacks the values of one kind. */
interface Packing<Values> {
  pack(values: Values): Uint8Array;
  /** `bytes` may begin anywhere in its buffer. */
  unpack(bytes: Uint8Array): Values;
}

type Packings = { readonly [Kind in BehaviourKind]: Packing<BehaviourKinds[Kind]> };

const LOSS: Packing<ItemLosses> = {
  pack: ({ losses }) => bytesOf([losses]),
  unpack: (bytes) => ({ losses: new Float32Array(ownBuffer(bytes)) }),
};

const GENERATION: Packing<ItemGeneration> = {
  pack: ({ promptTokens, tokens }) => bytesOf([Int32Array.of(promptTokens), tokens]),
  unpack(bytes) {
    const all = new Int32Array(ownBuffer(bytes));
    return { promptTokens: all[0] ?? 0, tokens: all.subarray(1) };
  },
};

const EMBEDDING: Packing<ItemEmbedding> = {
  pack: ({ vector }) => bytesOf([vector]),
  unpack: (bytes) => ({ vector: new Float32Array(ownBuffer(bytes)) }),
};

/** No answer is right. */
const NO_ANSWER = -1;
/** Bytes of a choice: its log-likelihood and its number of characters. */
const CHOICE_BYTES = 12;

const CHOICES: Packing<ItemChoices> = {
  pack: ({ logLikelihoods, characters, answer }) =>
    bytesOf([logLikelihoods, characters, Int32Array.of(answer ?? NO_ANSWER)]),
  unpack(bytes) {
    const buffer = ownBuffer(bytes);
    const choices = Math.floor(buffer.byteLength / CHOICE_BYTES);
    const answer = new Int32Array(buffer, choices * CHOICE_BYTES)[0] ?? NO_ANSWER;
    return {
      logLikelihoods: new Float64Array(buffer, 0, choices),
      characters: new Int32Array(buffer, 8 * choices, choices),
      answer: answer === NO_ANSWER ? null : answer,
    };
  },
};

/** Bytes of a scored token: four float32 and one flag. */
const TOKEN_BYTES = 17;

const DIVERGENCE: Packing<ItemDivergences> = {
  pack: ({ divergences, probabilityChanges, referenceLosses, candidateLosses, agreements }) =>
    bytesOf([divergences, probabilityChanges, referenceLosses, candidateLosses, agreements]),
  unpack(bytes) {
    const buffer = ownBuffer(bytes);
    const tokens = buffer.byteLength / TOKEN_BYTES;
    const floats = (index: number) => new Float32Array(buffer, 4 * tokens * index, tokens);
    return {
      divergences: floats(0),
      probabilityChanges: floats(1),
      referenceLosses: floats(2),
      candidateLosses: floats(3),
      agreements: new Uint8Array(buffer, 16 * tokens, tokens),
    };
  },
};

/** The number of scored tokens and of layers, the divergences, and the layers' names as JSON. */
const SENSITIVITY: Packing<ItemSensitivities> = {
  pack: ({ scoredTokens, layers, divergences }) =>
    bytesOf([
      Float64Array.of(scoredTokens, layers.length),
      divergences,
      new TextEncoder().encode(JSON.stringify(layers)),
    ]),
  unpack(bytes) {
    const buffer = ownBuffer(bytes);
    const [scoredTokens = 0, layers = 0] = new Float64Array(buffer, 0, 2);
    const divergences = new Float64Array(buffer, 16, layers);
    const names = new TextDecoder().decode(new Uint8Array(buffer, 16 + 8 * layers));
    return { scoredTokens, layers: JSON.parse(names) as string[], divergences };
  },
};

/** Norms of a layer, in the order in which they are packed. */
const NORMS = [
  "weightNorm",
  "quantizationError",
  "baselineUpdateNorm",
  "candidateUpdateNorm",
  "gap",
  "adaptedNorm",
] as const satisfies readonly (keyof LayerWeightGap)[];

/** The norms, and the layer's name. */
const WEIGHT_GAP: Packing<LayerWeightGap> = {
  pack: (gap) => bytesOf([Float64Array.from(NORMS, (name) => gap[name]), new TextEncoder().encode(gap.layer)]),
  unpack(bytes) {
    const buffer = ownBuffer(bytes);
    const norms = new Float64Array(buffer, 0, NORMS.length);
    const layer = new TextDecoder().decode(new Uint8Array(buffer, norms.byteLength));
    const named = Object.fromEntries(NORMS.map((name, i) => [name, norms[i] ?? NaN]));
    return { layer, ...(named as Omit<LayerWeightGap, "layer">) };
  },
};

const PACKINGS: Packings = { LOSS, GENERATION, EMBEDDING, CHOICES, DIVERGENCE, SENSITIVITY, WEIGHT_GAP };

export function packValues<Kind extends BehaviourKind>(kind: Kind, values: BehaviourKinds[Kind]): Uint8Array {
  return (PACKINGS[kind] as Packing<BehaviourKinds[Kind]>).pack(values);
}

export function unpackValues<Kind extends BehaviourKind>(kind: Kind, bytes: Uint8Array): BehaviourKinds[Kind] {
  return (PACKINGS[kind] as Packing<BehaviourKinds[Kind]>).unpack(bytes);
}

/** The packed values of all items of a fact, ordered by position. */
export interface PackedItems {
  /** Positions in the set, ascending. */
  readonly positions: readonly number[];
  /** Bytes of each item, in the order of the positions. */
  readonly lengths: readonly number[];
  /** The values of all items, one after the other. */
  readonly bytes: Uint8Array;
}

/** Returns the values of each item by its position in the set. */
export function unpackItems<Kind extends BehaviourKind>(
  kind: Kind,
  { positions, lengths, bytes }: PackedItems,
): Map<number, BehaviourKinds[Kind]> {
  const items = new Map<number, BehaviourKinds[Kind]>();
  let offset = 0;
  positions.forEach((position, i) => {
    const length = lengths[i] ?? 0;
    items.set(position, unpackValues(kind, bytes.subarray(offset, offset + length)));
    offset += length;
  });
  return items;
}

function bytesOf(arrays: readonly ArrayBufferView[]): Uint8Array {
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return bytes;
}

/** Copies the bytes to a buffer of their own, which arrays of any width can view. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  // The slice() of a Buffer would be a view of the same memory.
  return new Uint8Array(bytes).buffer;
}
