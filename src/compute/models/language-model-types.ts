/** The interface of a language model that runs on ONNX Runtime. */

import type { Provider } from "../../model/computed-facts.js";
import type { ModelAdapter, ModelConfig, ModelFiles } from "../../model/language-model.js";
import type { PreparedAdapter } from "./adapter-feeds.js";
import type { ModelPrecision } from "./graph-writer.js";
import type { WeightHolding } from "./model-memory.js";

export interface ModelOptions {
  readonly config: ModelConfig;
  readonly files: ModelFiles;
  readonly provider: Provider;
  /** Threads of the CPU provider inside one run. */
  readonly threads: number;
  /** Memory that the model may need on the CPU, in bytes. Weights that do not fit are read again by each run. */
  readonly maxBytes: number;
  /** Precision of weights, activations and cache; float32 by default. The CPU provider supports only float32. */
  readonly precision?: ModelPrecision;
  /** How the CPU provider holds the weights; by default the fastest way that `maxBytes` allows. */
  readonly holding?: WeightHolding;
  /** Weights that replace those of the files, such as dequantized ones, by tensor: float32 in the file's shape. */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** Places of one run of the layers, padding included; 512 by default. */
  readonly chunkTokens?: number;
  /** Bytes of the logits of one run of the output matrix; 64 MiB by default. */
  readonly headBytes?: number;
}

export interface RunOptions {
  /** The base model runs if it is undefined. */
  readonly adapter?: PreparedAdapter | undefined;
  /** Replaces some of the model's `weights` in this run. */
  readonly weights?: ReadonlyMap<string, Float32Array> | undefined;
  /** Heeded between two chunks. */
  readonly signal?: AbortSignal | undefined;
}

/** Token ids of one sequence. */
export type Tokens = ArrayLike<number>;

/** Logits of consecutive tokens of one sequence. */
export interface LogitsChunk {
  /** Index of the first token. */
  readonly start: number;
  /** [tokens, vocabulary], row-major: row i is the distribution after token start + i. */
  readonly logits: Float32Array;
}

/** Sequences that are continued token by token. */
export interface Decoding {
  /** [batch, vocabulary]: the logits after each sequence's last token. */
  readonly logits: Float32Array;
  /** Appends one token to each sequence. It replaces this state, which cannot be continued again. */
  append(tokens: Tokens): Promise<Decoding>;
  /** Frees the cache, if it is on a GPU; for a state that is not continued. */
  release(): void;
}

/**
 * A language model on ONNX Runtime. Values that it takes and returns are float32. A run blocks its thread, so a model lives in a
 * worker. All methods throw TOKENS_INVALID for tokens that the model cannot take, MODEL_TOO_LARGE if the sequences need too much
 * memory, and the signal's reason if it is aborted.
 */
export interface LanguageModel {
  readonly config: ModelConfig;
  readonly holding: WeightHolding;
  /** Bound of the memory of the weights between two runs, mapped files included. */
  readonly heldBytes: number;
  /** @throws MODEL_ADAPTER_MISMATCH */
  prepareAdapter(adapter: ModelAdapter): Promise<PreparedAdapter>;
  /** Returns the hidden states after the last norm, [tokens, hidden size], of each sequence. */
  hiddenStates(sequences: readonly Tokens[], options?: RunOptions): Promise<Float32Array[]>;
  /** Rows of logits that one run of the output matrix computes. */
  readonly headRows: number;
  /** Returns the logits [rows, vocabulary] after `hidden` [rows, hidden size], at most `headRows` of them. */
  logitsAfter(hidden: Float32Array): Promise<Float32Array>;
  /** Returns the negative log-likelihoods of `targets` after `hidden` [rows, hidden size], in nats. */
  lossesAfter(hidden: Float32Array, targets: Tokens, options?: Pick<RunOptions, "signal">): Promise<Float32Array>;
  /** Yields the logits of a sequence in chunks. */
  logits(sequence: Tokens, options?: RunOptions): AsyncGenerator<LogitsChunk>;
  /** Returns the negative log-likelihood of tokens 1, 2, ... of each sequence given those before, in nats. */
  tokenLosses(sequences: readonly Tokens[], options?: RunOptions): Promise<Float32Array[]>;
  /** Runs the prompts and keeps their keys and values. */
  prefill(prompts: readonly Tokens[], options?: RunOptions): Promise<Decoding>;
  close(): Promise<void>;
}
