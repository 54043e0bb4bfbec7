import { existsSync } from "node:fs";
import { mkdir, open, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { modelTensors } from "#src/model/model-tensors.js";
import { readModelConfig } from "#src/import/base-model/read-model-config.js";

/** A checkpoint that is made for measurements: an architecture's configuration and random bfloat16 weights. */
export interface RandomCheckpoint {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const llama = (settings: Record<string, unknown>) => ({
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  dtype: "bfloat16",
  hidden_act: "silu",
  rms_norm_eps: 1e-5,
  tie_word_embeddings: false,
  rope_parameters: { rope_type: "default", rope_theta: 10000 },
  max_position_embeddings: 2048,
  bos_token_id: 1,
  eos_token_id: 2,
  ...settings,
});

export const CHECKPOINTS: readonly RandomCheckpoint[] = [
  {
    name: "gpt2-medium",
    config: {
      architectures: ["GPT2LMHeadModel"],
      model_type: "gpt2",
      dtype: "bfloat16",
      activation_function: "gelu_new",
      layer_norm_epsilon: 1e-5,
      n_embd: 1024,
      n_head: 16,
      n_layer: 24,
      n_positions: 1024,
      vocab_size: 50257,
      bos_token_id: 50256,
      eos_token_id: 50256,
    },
  },
  {
    name: "llama-1b",
    config: llama({
      hidden_size: 2048,
      intermediate_size: 5632,
      num_hidden_layers: 22,
      num_attention_heads: 32,
      num_key_value_heads: 4,
      vocab_size: 32000,
    }),
  },
  {
    name: "llama-7b",
    config: llama({
      hidden_size: 4096,
      intermediate_size: 11008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      vocab_size: 32000,
    }),
  },
];

/** How a checkpoint's weights are written: random, or as a sparse file of zeros, which takes no space on the disk. */
export type Filling = "random" | "zeros";

/** Elements of one write. */
const PIECE = 2 ** 22;
/** Standard deviation of the weights, as models are initialised. */
const DEVIATION = 0.02;

/** Makes a checkpoint in `folder`, unless it is there; returns its own folder. */
export async function makeCheckpoint(
  { name, config }: RandomCheckpoint,
  folder: string,
  filling: Filling,
): Promise<string> {
  const own = path.join(folder, filling === "random" ? name : `${name}-zeros`);
  if (existsSync(path.join(own, "model.safetensors"))) return own;
  await mkdir(own, { recursive: true });
  await writeFile(path.join(own, "config.json"), JSON.stringify(config));
  const modelConfig = await readModelConfig(path.join(own, "config.json"), "config.json");
  const shapes = modelTensors(modelConfig);
  if (!modelConfig.tiedEmbeddings) shapes.set("lm_head.weight", [modelConfig.vocabularySize, modelConfig.hiddenSize]);
  const temporary = path.join(own, "weights.part");
  await writeWeights(temporary, shapes, filling);
  await rename(temporary, path.join(own, "model.safetensors"));
  return own;
}

async function writeWeights(
  file: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  filling: Filling,
): Promise<void> {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape] of shapes) {
    const start = end;
    end += 2 * elementsOf(shape);
    header[name] = { dtype: "BF16", shape, data_offsets: [start, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const handle = await open(file, "w");
  try {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    await handle.writev([length, json]);
    if (filling === "zeros") {
      await handle.truncate(8 + json.length + end);
      return;
    }
    const values = randomValues(PIECE);
    for (const [name, shape] of shapes) {
      const isNorm = shape.length === 1 && name.endsWith("weight");
      // Pieces start at different values, so that no two layers are equal.
      for (let left = elementsOf(shape); left > 0; left -= PIECE) {
        const count = Math.min(PIECE, left);
        const first = isNorm ? 0 : (left * 7919) % 1021;
        const piece = isNorm ? new Uint16Array(count).fill(0x3f80) : values.subarray(first, first + count);
        await handle.write(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
      }
    }
  } finally {
    await handle.close();
  }
}

const elementsOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** Returns normally distributed bfloat16 values, always the same. */
function randomValues(count: number): Uint16Array {
  const values = new Float32Array(count + 1021);
  let state = 1;
  const uniform = () => {
    // Lehmer's generator (minimal standard): 16807 s mod 2^31 - 1.
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  for (let i = 0; i < values.length; i++) {
    values[i] = DEVIATION * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  }
  const bits = new Uint32Array(values.buffer);
  return Uint16Array.from(bits, (one) => one >>> 16);
}
