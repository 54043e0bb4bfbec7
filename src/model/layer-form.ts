/** Modules that hold a whole language model or denoiser. Tools put them before a layer's path, or leave them out. */
const CONTAINERS: ReadonlySet<string> = new Set([
  "base_model",
  "language_model",
  "model",
  "transformer",
  "gpt_neox",
  "unet",
]);

/** kohya's and LyCORIS's prefixes, which stand for a component of a pipeline. */
const COMPONENTS: readonly (readonly [RegExp, string])[] = [
  [/^(?:lora|lycoris)_te1?_(?=text_model)/, "text_encoder_"],
  [/^(?:lora|lycoris)_te([23])_/, "text_encoder_$1_"],
  [/^(?:lora|lycoris)_(?:unet_|transformer_)?/, ""],
];

/** torchtune's modules whose factors equal those of transformers. It orders the rows of q_proj and k_proj in another way. */
const TORCHTUNE: ReadonlyMap<string, string> = new Map([
  ["attn.v_proj", "self_attn.v_proj"],
  ["attn.output_proj", "self_attn.o_proj"],
  ["mlp.w1", "mlp.gate_proj"],
  ["mlp.w2", "mlp.down_proj"],
  ["mlp.w3", "mlp.up_proj"],
]);
const TORCHTUNE_OUTSIDE: ReadonlyMap<string, string> = new Map([
  ["output", "lm_head"],
  ["tok_embeddings", "embed_tokens"],
]);

/**
 * Returns a form of a layer's name that is equal for the same layer in files of PEFT, torchtune, MLX-LM, diffusers and kohya's
 * scripts: without the modules that hold the whole model, with the names of transformers and diffusers, and underscores for dots.
 * Two layers of one run may share a form, so that callers compare the shapes too.
 */
export function layerForm(name: string): string {
  if (!name.includes(".") && /^(?:lora|lycoris)_/.test(name)) return ofKohya(name);
  const outside = TORCHTUNE_OUTSIDE.get(name);
  if (outside !== undefined) return outside;
  const [, index, module = ""] = /^layers\.(\d+)\.(.+)$/.exec(name) ?? [];
  const renamed = TORCHTUNE.get(module);
  if (renamed !== undefined) return `layers_${index}_${renamed}`.replaceAll(".", "_");
  const parts = name.split(".");
  const start = parts.findIndex((part) => !CONTAINERS.has(part));
  return parts.slice(Math.max(start, 0)).join("_");
}

function ofKohya(name: string): string {
  const component = COMPONENTS.find(([prefix]) => prefix.test(name));
  return withDiffusersBlocks(component === undefined ? name : name.replace(component[0], component[1]));
}

/**
 * Replaces the block names of Stability AI's code, which kohya's scripts use for SDXL, by those of diffusers, whose blocks have two
 * layers and a resampler each (`_maybe_map_sgm_blocks_to_diffusers` in diffusers' loaders/lora_conversion_utils.py).
 */
function withDiffusersBlocks(form: string): string {
  return form
    .replace(/^input_blocks_(\d+)_1_(?=transformer_blocks|proj_)/, (_, digits: string) => {
      const block = Number(digits) - 1;
      return `down_blocks_${Math.floor(block / 3)}_attentions_${block % 3}_`;
    })
    .replace(/^output_blocks_(\d+)_1_(?=transformer_blocks|proj_)/, (_, digits: string) => {
      const block = Number(digits);
      return `up_blocks_${Math.floor(block / 3)}_attentions_${block % 3}_`;
    })
    .replace(/^middle_block_1_(?=transformer_blocks|proj_)/, "mid_block_attentions_0_");
}

/** A layer's name and the shape of its update. */
export interface NamedShape {
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** Returns a key that is equal for the same layer in the files of different tools: its form and its shape. */
export function layerKey({ name, inFeatures, outFeatures }: NamedShape): string {
  return `${outFeatures}x${inFeatures} ${layerForm(name)}`;
}

/** Returns the layers by key. Layers that share a key with another one of the list are left out, because either could be meant. */
export function layersByKey<Layer extends NamedShape>(layers: readonly Layer[]): Map<string, Layer> {
  const found = new Map<string, Layer>();
  const repeated = new Set<string>();
  for (const layer of layers) {
    const key = layerKey(layer);
    const known = found.get(key);
    if (known !== undefined && known.name !== layer.name) repeated.add(key);
    found.set(key, layer);
  }
  for (const key of repeated) found.delete(key);
  return found;
}
