import { z } from "zod";
import { failure } from "../../errors.js";
import {
  ACTIVATIONS,
  ARCHITECTURES,
  type Activation,
  type DecoderConfig,
  type Gpt2Config,
  type ModelConfig,
} from "../../model/language-model.js";
import { quoteText } from "../findings.js";
import { readTextFile } from "../folder/read-bounded.js";
import { parseJson } from "../json/parse-json.js";
import { MAX_MODEL_CONFIG_BYTES, MAX_MODEL_LAYERS } from "../limits.js";
import { ropeOf } from "./rope-config.js";

/**
 * Reads a base model's config.json. Members that it omits have the defaults of transformers' configuration classes
 * (models/<model_type>/configuration_<model_type>.py, version 5.24).
 *
 * @param path absolute, with links resolved
 * @param where name of the file in messages
 * @throws MODEL_CONFIG_INVALID, MODEL_UNSUPPORTED, FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function readModelConfig(path: string, where: string): Promise<ModelConfig> {
  const text = await readTextFile(path, where, MAX_MODEL_CONFIG_BYTES);
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw failure("MODEL_CONFIG_INVALID", {
      where,
      received: quoteText((cause as Error).message),
      allowed: "JSON",
      cause,
    });
  }
  return modelConfig(json, where);
}

/** Interprets the content of a config.json. @throws MODEL_CONFIG_INVALID, MODEL_UNSUPPORTED */
export function modelConfig(json: unknown, where: string): ModelConfig {
  const { model_type: type, quantization_config: quantization } = parse(Head, json, where);
  const architecture = ARCHITECTURES.find((name) => name === type);
  if (architecture === undefined) {
    throw unsupported(
      where,
      type === undefined ? "no model_type" : `model_type ${JSON.stringify(type)}`,
      ARCHITECTURES,
    );
  }
  if (quantization !== undefined && quantization !== null) {
    const method = quantization.quant_method ?? "an unnamed method";
    throw failure("MODEL_UNSUPPORTED", {
      where,
      received: `weights that are stored quantized (${quoteText(method)})`,
      allowed: "weights in F32, F16 or BF16",
      fix: "Register the original model: Rankscope quantizes its weights itself, as bitsandbytes does.",
    });
  }
  return architecture === "gpt2" ? gpt2(json, where) : decoder(architecture, json, where);
}

const size = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31 - 1);
/** The tensors of all layers are listed before they are compared with those of the files. */
const layers = z.number().int().min(1).max(MAX_MODEL_LAYERS);
const flag = z.boolean();

const Head = z.object({
  model_type: z.string().optional(),
  quantization_config: z.object({ quant_method: z.string().optional() }).nullish(),
});

const Gpt2 = z.object({
  vocab_size: size.default(50257),
  n_positions: size.default(1024),
  n_embd: size.default(768),
  n_layer: layers.default(12),
  n_head: size.default(12),
  n_inner: size.nullish(),
  activation_function: z.string().default("gelu_new"),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  scale_attn_weights: flag.default(true),
  scale_attn_by_inverse_layer_idx: flag.default(false),
  add_cross_attention: flag.default(false),
  tie_word_embeddings: flag.default(true),
});

function gpt2(json: unknown, where: string): Gpt2Config {
  const config = parse(Gpt2, json, where);
  if (config.add_cross_attention) throw unsupported(where, "add_cross_attention true", ["false"]);
  const headSize = wholeHeadSize(config.n_embd, config.n_head, where);
  return {
    architecture: "gpt2",
    hiddenSize: config.n_embd,
    intermediateSize: config.n_inner ?? 4 * config.n_embd,
    layers: config.n_layer,
    heads: config.n_head,
    keyValueHeads: config.n_head,
    headSize,
    vocabularySize: config.vocab_size,
    positions: config.n_positions,
    normEpsilon: config.layer_norm_epsilon,
    activation: activation(config.activation_function, where),
    tiedEmbeddings: config.tie_word_embeddings,
    scalesScores: config.scale_attn_weights,
    scalesByLayer: config.scale_attn_by_inverse_layer_idx,
  };
}

const Decoder = z.object({
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: layers,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  hidden_act: z.string().default("silu"),
  max_position_embeddings: size,
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: flag.default(false),
  attention_bias: flag.default(false),
  mlp_bias: flag.default(false),
  use_sliding_window: flag.default(false),
  sliding_window: size.nullish(),
  max_window_layers: z.number().int().min(0).default(28),
  layer_types: z.array(z.string()).nullish(),
});

/** Defaults that differ by model type. */
const DEFAULTS: Readonly<
  Record<DecoderConfig["architecture"], { readonly headSize?: number; readonly keyValueHeads?: number }>
> = {
  llama: {},
  mistral: { keyValueHeads: 8 },
  qwen2: { keyValueHeads: 32 },
  qwen3: { headSize: 128, keyValueHeads: 32 },
};
/** Default of sliding_window in Mistral, Qwen2 and Qwen3. */
const DEFAULT_WINDOW = 4096;

function decoder(architecture: DecoderConfig["architecture"], json: unknown, where: string): DecoderConfig {
  const config = parse(Decoder, json, where);
  const { num_attention_heads: heads, hidden_size: hiddenSize } = config;
  const defaults = DEFAULTS[architecture];
  // An explicit null means as many as attention heads; an absent member has the class's default.
  const omitted = config.num_key_value_heads === undefined ? (defaults.keyValueHeads ?? heads) : heads;
  const keyValueHeads = config.num_key_value_heads ?? omitted;
  if (heads % keyValueHeads !== 0) {
    const received = `${heads} attention heads and ${keyValueHeads} key-value heads`;
    throw failure("MODEL_CONFIG_INVALID", { where, received, allowed: "a multiple of the key-value heads" });
  }
  const headSize = config.head_dim ?? defaults.headSize ?? wholeHeadSize(hiddenSize, heads, where);
  if (headSize % 2 !== 0) {
    throw failure("MODEL_CONFIG_INVALID", { where, received: `heads of ${headSize}`, allowed: "an even size" });
  }
  const hasBiases = architecture === "llama" || architecture === "qwen3" ? config.attention_bias : false;
  return {
    architecture,
    hiddenSize,
    intermediateSize: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads,
    keyValueHeads,
    headSize,
    vocabularySize: config.vocab_size,
    positions: config.max_position_embeddings,
    normEpsilon: config.rms_norm_eps,
    activation: activation(config.hidden_act, where),
    tiedEmbeddings: config.tie_word_embeddings,
    rope: ropeOf(json, config.max_position_embeddings, where),
    queryKeyValueBias: architecture === "qwen2" || hasBiases,
    outputBias: hasBiases,
    feedForwardBias: architecture === "llama" && config.mlp_bias,
    queryKeyNorm: architecture === "qwen3",
    windows: windows(architecture, config, where),
  };
}

/** Mistral has one window for all layers; Qwen has it in some layers, if `use_sliding_window` is true. */
function windows(
  architecture: DecoderConfig["architecture"],
  config: z.infer<typeof Decoder>,
  where: string,
): (number | null)[] {
  const { num_hidden_layers: layers, layer_types: types } = config;
  const window = config.sliding_window === undefined ? DEFAULT_WINDOW : config.sliding_window;
  const all = (value: number | null) => Array.from({ length: layers }, () => value);
  if (architecture === "llama") return all(null);
  if (architecture === "mistral") {
    if (types?.some((type) => type !== types[0]) === true)
      throw unsupported(where, "layer_types of several kinds", ["one kind"]);
    return all(window);
  }
  if (types !== undefined && types !== null && types.length !== layers) {
    const received = `${types.length} layer_types`;
    throw failure("MODEL_CONFIG_INVALID", { where, received, allowed: `one for each of ${layers} layers` });
  }
  return all(null).map((_, layer) => {
    const isDefaultSliding = config.use_sliding_window && layer >= config.max_window_layers;
    const type = types?.[layer] ?? (isDefaultSliding ? "sliding_attention" : "full_attention");
    if (type === "full_attention") return null;
    if (type !== "sliding_attention") throw unsupported(where, `layer type ${JSON.stringify(type)}`, LAYER_TYPES);
    return config.use_sliding_window ? window : null;
  });
}

const LAYER_TYPES = ["full_attention", "sliding_attention"];

function wholeHeadSize(hiddenSize: number, heads: number, where: string): number {
  if (hiddenSize % heads === 0) return hiddenSize / heads;
  const received = `a hidden size of ${hiddenSize} and ${heads} attention heads`;
  throw failure("MODEL_CONFIG_INVALID", { where, received, allowed: "a multiple of the attention heads" });
}

function activation(name: string, where: string): Activation {
  const known = ACTIVATIONS.find((one) => one === name);
  if (known === undefined) throw unsupported(where, `the activation ${JSON.stringify(name)}`, ACTIVATIONS);
  return known;
}

function parse<Schema extends z.ZodType>(schema: Schema, json: unknown, where: string): z.infer<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const member = issue?.path.join(".") ?? "";
  const received = quoteText(`${member === "" ? "the file" : member}: ${issue?.message ?? "invalid"}`);
  throw failure("MODEL_CONFIG_INVALID", { where, received });
}

function unsupported(where: string, received: string, allowed: readonly string[]): Error {
  return failure("MODEL_UNSUPPORTED", { where, received: quoteText(received), allowed: allowed.join(", ") });
}
