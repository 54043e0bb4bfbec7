/** Measurements of models on an evaluation set, as they are stored and returned. */

import type { LayerWeightGap } from "./layer-sensitivity.js";
import type { WeightQuantization } from "./weight-quantization.js";

/** Version of the meaning and the numerics of these facts. Facts of other versions are ignored and computed again. */
export const BEHAVIOUR_VERSION = 1;

/**
 * How an adapter reaches the model that is served.
 *
 * - SEPARATE: the update is added to the output of each linear layer, as in training.
 * - MERGED: base and update are merged and stored in the base's 16-bit type (float32 for a float32 base).
 * - MERGED_REQUANTIZED: merged, and then quantized as the base was.
 */
export type ServedForm = "SEPARATE" | "MERGED" | "MERGED_REQUANTIZED";

/** A model as it is run: its identity in every fact. */
export interface ServedModel {
  /** Content hash of the base model's files. */
  readonly base: string;
  /** How the base's linear layers are quantized; null for the weights of its files. */
  readonly quantization: WeightQuantization | null;
  /** Content hash of the adapter; null for the base model itself. */
  readonly adapter: string | null;
  readonly form: ServedForm;
}

/** Maximum number of tokens after a prompt where a request names none. */
export const DEFAULT_NEW_TOKENS = 32;

/** The kinds of facts, each with the values of one item of the evaluation set; WEIGHT_GAP has those of one linear layer. */
export interface BehaviourKinds {
  /** Losses of one model. */
  readonly LOSS: ItemLosses;
  /** Greedy continuations of the prompts by one model. */
  readonly GENERATION: ItemGeneration;
  /** A vector for each text, from one model. */
  readonly EMBEDDING: ItemEmbedding;
  /** Log-likelihoods of the answers of multiple-choice questions, from one model. */
  readonly CHOICES: ItemChoices;
  /** Divergences of a candidate from a reference. They need both models, since distributions are not kept. */
  readonly DIVERGENCE: ItemDivergences;
  /** The change by each layer alone, for a reference on the full-precision base and a candidate on the quantized one. */
  readonly SENSITIVITY: ItemSensitivities;
  /** Norms of the weights of a reference on the full-precision base and a candidate on the quantized one. No model runs. */
  readonly WEIGHT_GAP: LayerWeightGap;
}
export type BehaviourKind = keyof BehaviourKinds;

/** Values of the scored tokens of an item, in their order. */
export interface ItemLosses {
  /** Negative log-likelihoods, in nats. */
  readonly losses: Float32Array;
}

export interface ItemGeneration {
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  /** The tokens after the prompt, up to the limit or the end-of-text token, which is included. */
  readonly tokens: Int32Array;
}

export interface ItemEmbedding {
  /** [hidden size] */
  readonly vector: Float32Array;
}

export interface ItemChoices {
  /** Sum of the log-likelihoods of each answer's tokens, in nats. */
  readonly logLikelihoods: Float64Array;
  /** Characters of each answer, by which lm-evaluation-harness normalises (acc_norm). */
  readonly characters: Int32Array;
  /** Index of the right answer; null if the item does not tell. */
  readonly answer: number | null;
}

/** The effect of one layer: the candidate's quantized weight and update replace those of the reference. */
export interface ItemSensitivities {
  readonly scoredTokens: number;
  /** Paths of the linear layers, in the order in which they run. */
  readonly layers: readonly string[];
  /** Sum over the scored tokens of KL(p_ref || p_ref[layer <- Q + dW_q]) for each layer, in nats. */
  readonly divergences: Float64Array;
}

/** Values of the scored tokens of an item, in their order. p is the reference's distribution, q the candidate's. */
export interface ItemDivergences {
  /** KL(p || q), in nats. */
  readonly divergences: Float32Array;
  /** 1 where the most probable token is the same. */
  readonly agreements: Uint8Array;
  /** Probability of the item's own token under q minus that under p. */
  readonly probabilityChanges: Float32Array;
  /** Negative log-likelihoods under p and under q, in nats. */
  readonly referenceLosses: Float32Array;
  readonly candidateLosses: Float32Array;
}
