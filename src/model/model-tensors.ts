import type { ModelConfig, ModelFiles } from "./language-model.js";

/** A linear layer of a model. */
export interface LinearModule {
  /** Path in the causal language model, as adapters name it: `transformer.h.0.attn.c_attn`. */
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Whether the weight is stored as [in, out], as GPT-2's Conv1D does, instead of [out, in]. */
  readonly transposed: boolean;
  readonly bias: boolean;
}

/** Path of the output matrix, which may be the embedding matrix. */
export const HEAD_MODULE = "lm_head";

/** Returns the path of a layer: of the causal language model of transformers (modeling_<model_type>.py). */
export function layerPath({ architecture }: ModelConfig, layer: number): string {
  return architecture === "gpt2" ? `transformer.h.${layer}` : `model.layers.${layer}`;
}

/** Returns the path of the module that holds everything except the output matrix, as transformers' `base_model_prefix`. */
export function basePrefix({ architecture }: ModelConfig): string {
  return architecture === "gpt2" ? "transformer" : "model";
}

/** Returns the name of the embedding matrix [vocabulary, hidden]. */
export function embeddingTensor({ architecture }: ModelConfig): string {
  return architecture === "gpt2" ? "transformer.wte.weight" : "model.embed_tokens.weight";
}

/** Returns the name of the output matrix [vocabulary, hidden]: the embedding matrix if the files hold no other. */
export function headTensor(config: ModelConfig, { tensors }: ModelFiles): string {
  const stored = `${HEAD_MODULE}.weight`;
  return tensors.has(stored) ? stored : embeddingTensor(config);
}

/** Returns the linear layers of one layer, in the order in which they run. */
export function linearModules(config: ModelConfig, layer: number): LinearModule[] {
  const { hiddenSize: hidden, intermediateSize: intermediate } = config;
  const path = layerPath(config, layer);
  if (config.architecture === "gpt2") {
    const conv1d = (name: string, inFeatures: number, outFeatures: number): LinearModule => ({
      name: `${path}.${name}`,
      inFeatures,
      outFeatures,
      transposed: true,
      bias: true,
    });
    return [
      conv1d("attn.c_attn", hidden, 3 * hidden),
      conv1d("attn.c_proj", hidden, hidden),
      conv1d("mlp.c_fc", hidden, intermediate),
      conv1d("mlp.c_proj", intermediate, hidden),
    ];
  }
  const queries = config.heads * config.headSize;
  const keys = config.keyValueHeads * config.headSize;
  const linear = (name: string, inFeatures: number, outFeatures: number, bias: boolean): LinearModule => ({
    name: `${path}.${name}`,
    inFeatures,
    outFeatures,
    transposed: false,
    bias,
  });
  return [
    linear("self_attn.q_proj", hidden, queries, config.queryKeyValueBias),
    linear("self_attn.k_proj", hidden, keys, config.queryKeyValueBias),
    linear("self_attn.v_proj", hidden, keys, config.queryKeyValueBias),
    linear("self_attn.o_proj", queries, hidden, config.outputBias),
    linear("mlp.gate_proj", hidden, intermediate, config.feedForwardBias),
    linear("mlp.up_proj", hidden, intermediate, config.feedForwardBias),
    linear("mlp.down_proj", intermediate, hidden, config.feedForwardBias),
  ];
}

/** Returns the linear layers of all layers. */
export function allLinearModules(config: ModelConfig): LinearModule[] {
  return Array.from({ length: config.layers }, (_, layer) => linearModules(config, layer)).flat();
}

/** Returns the shape of each tensor that the model needs, by name, without a separate output matrix. */
export function modelTensors(config: ModelConfig): Map<string, readonly number[]> {
  const { hiddenSize: hidden, vocabularySize: vocabulary, layers } = config;
  const shapes = new Map<string, readonly number[]>([[embeddingTensor(config), [vocabulary, hidden]]]);
  const norm = (name: string, size: number, bias: boolean) => {
    shapes.set(`${name}.weight`, [size]);
    if (bias) shapes.set(`${name}.bias`, [size]);
  };
  const isGpt2 = config.architecture === "gpt2";
  if (isGpt2) shapes.set("transformer.wpe.weight", [config.positions, hidden]);
  for (let layer = 0; layer < layers; layer++) {
    const path = layerPath(config, layer);
    norm(isGpt2 ? `${path}.ln_1` : `${path}.input_layernorm`, hidden, isGpt2);
    norm(isGpt2 ? `${path}.ln_2` : `${path}.post_attention_layernorm`, hidden, isGpt2);
    if (!isGpt2 && config.queryKeyNorm) {
      norm(`${path}.self_attn.q_norm`, config.headSize, false);
      norm(`${path}.self_attn.k_norm`, config.headSize, false);
    }
    for (const { name, inFeatures, outFeatures, transposed, bias } of linearModules(config, layer)) {
      shapes.set(`${name}.weight`, transposed ? [inFeatures, outFeatures] : [outFeatures, inFeatures]);
      if (bias) shapes.set(`${name}.bias`, [outFeatures]);
    }
  }
  norm(isGpt2 ? "transformer.ln_f" : "model.norm", hidden, isGpt2);
  return shapes;
}
