import path from "node:path";
import { adapterConfig, float32, safetensors, writeFiles, type WrittenTensor } from "./adapter-files.js";

export interface RandomStudy {
  readonly runs: number;
  readonly layers: number;
  readonly rank: number;
  readonly features: number;
}

/** A study of LoRA runs `16bit_r<rank>_s<seed>` with seeded random factors; no two runs are alike. */
export async function writeRandomStudy(folder: string, { runs, layers, rank, features }: RandomStudy): Promise<void> {
  for (let run = 0; run < runs; run++) {
    const next = generator(run + 1);
    const values = () => float32(Array.from({ length: rank * features }, () => next() - 0.5));
    const tensors = Array.from({ length: layers }, (_, i): [string, WrittenTensor][] => [
      [
        `base_model.model.model.layers.${i}.self_attn.q_proj.lora_A.weight`,
        { shape: [rank, features], data: values() },
      ],
      [
        `base_model.model.model.layers.${i}.self_attn.q_proj.lora_B.weight`,
        { shape: [features, rank], data: values() },
      ],
    ]);
    const checkpoint = path.join(`16bit_r${rank}_s${run}`, "final_model");
    await writeFiles(folder, {
      [path.join(checkpoint, "adapter_config.json")]: adapterConfig({ r: rank, target_modules: ["q_proj"] }),
      [path.join(checkpoint, "adapter_model.safetensors")]: safetensors(Object.fromEntries(tensors.flat())),
    });
  }
}

/** Pseudo-random numbers from 0 to 1, reproducible by seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
