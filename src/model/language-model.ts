/** A base model as its files describe it: what a graph is built from. */

/** `model_type` of the supported architectures. */
export const ARCHITECTURES = ["gpt2", "llama", "mistral", "qwen2", "qwen3"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** Activation functions of the feed-forward layers, as transformers names them (ACT2FN in activations.py). */
export const ACTIVATIONS = ["gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu"] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Rotary position embedding (Su et al. 2021, arXiv 2104.09864), and how its frequencies are scaled for longer contexts. */
export type Rope = { readonly theta: number } & (
  | { readonly kind: "default" }
  /** Positions are divided by the factor (arXiv 2306.15595). */
  | { readonly kind: "linear"; readonly factor: number }
  /** Llama 3.1's scaling: low frequencies are divided by the factor, high ones are kept. */
  | {
      readonly kind: "llama3";
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalPositions: number;
    }
);

interface CommonConfig {
  readonly hiddenSize: number;
  /** Size of the hidden layer of a feed-forward layer. */
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values: fewer than `heads` with grouped-query attention. */
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly vocabularySize: number;
  /** Maximum length of a sequence, in tokens. */
  readonly positions: number;
  readonly normEpsilon: number;
  readonly activation: Activation;
  /** Whether the embedding matrix is also the output matrix. */
  readonly tiedEmbeddings: boolean;
}

export interface Gpt2Config extends CommonConfig {
  readonly architecture: "gpt2";
  /** Whether scores are divided by the square root of the head size. */
  readonly scalesScores: boolean;
  /** Whether the scores of layer i are also divided by i + 1. */
  readonly scalesByLayer: boolean;
}

/** The Llama family: RMS norm, rotary positions, a gated feed-forward layer. */
export interface DecoderConfig extends CommonConfig {
  readonly architecture: Exclude<Architecture, "gpt2">;
  readonly rope: Rope;
  /** Whether the projections of queries, keys and values have biases. */
  readonly queryKeyValueBias: boolean;
  readonly outputBias: boolean;
  readonly feedForwardBias: boolean;
  /** Whether each head of queries and keys is normalised before its rotation. */
  readonly queryKeyNorm: boolean;
  /** Tokens to which a token attends at most, itself included, by layer; null for all before it. */
  readonly windows: readonly (number | null)[];
}

export type ModelConfig = Gpt2Config | DecoderConfig;

/** A tensor of a base model, in place in its safetensors file. */
export interface ModelTensor {
  /** Name of the file in the folder. */
  readonly file: string;
  readonly dtype: "F32" | "F16" | "BF16";
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

export interface ModelFiles {
  /** Absolute path of the folder of all files, with links resolved. */
  readonly folder: string;
  /** Keyed by the name that the architecture's causal language model gives them: `model.layers.0.mlp.up_proj.weight`. */
  readonly tensors: ReadonlyMap<string, ModelTensor>;
}

/** A linear layer of an adapted model: y = x W^T + bias + scaling x A^T B^T. */
export interface ModuleUpdate {
  readonly rank: number;
  /** [rank, in], row-major. */
  readonly a: Float32Array;
  /** [out, rank], row-major. */
  readonly b: Float32Array;
  /** alpha / r, or alpha / sqrt(r) with rsLoRA. */
  readonly scaling: number;
  /** DoRA's magnitude [out]: the norm of each row of W + scaling B A after training; undefined for plain LoRA. */
  readonly magnitude?: Float32Array;
}

/** An adapter by module: `model.layers.0.self_attn.q_proj`. */
export type ModelAdapter = ReadonlyMap<string, ModuleUpdate>;
