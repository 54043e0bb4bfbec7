import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { pathsBelow } from "#src/import/tensors/list-weights.js";
import { readBaseModel, type BaseModel } from "#src/import/base-model/read-base-model.js";
import type { ModelAdapter, ModuleUpdate } from "#src/model/language-model.js";
import { readSafetensors } from "./safetensors.js";

/** The checkpoints that scripts/reference/language_models.py wrote. */
const FOLDER = fileURLToPath(new URL("../fixtures/models", import.meta.url));
export const MODEL_FIXTURES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

export function fixtureFolder(name: string): string {
  return path.join(FOLDER, name);
}

/** Results of transformers and PEFT for one form of a fixture's model. */
interface ExpectedResults {
  /** Mean negative log-likelihood of each sequence. */
  readonly losses: readonly number[];
  /** Greedy continuation of each prompt. */
  readonly greedy: readonly (readonly number[])[];
  /** Scaling by module, of an adapter. */
  readonly scaling?: Readonly<Record<string, number>>;
}

export interface Expected {
  readonly sequences: readonly (readonly number[])[];
  readonly prompts: readonly (readonly number[])[];
  readonly results: Readonly<Record<"base" | "lora" | "dora", ExpectedResults>>;
  /** `<form>.logits.<sequence>` and `base.hidden.<sequence>`. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

export function readExpected(name: string): Expected {
  const text = readFileSync(path.join(FOLDER, name, "expected.json"), "utf8");
  const tensors = float32Tensors(path.join(FOLDER, name, "expected.safetensors"));
  return { ...(JSON.parse(text) as Omit<Expected, "tensors">), tensors };
}

export function openFixture(name: string): Promise<BaseModel> {
  return readModelFolder(path.join(FOLDER, name));
}

export function readModelFolder(folder: string): Promise<BaseModel> {
  return readBaseModel({ folder: ".", names: readdirSync(folder), pathOf: pathsBelow(folder) });
}

/** Reads an adapter of a fixture, with the scalings that PEFT computed. */
export function readFixtureAdapter(name: string, form: "lora" | "dora", { results }: Expected): ModelAdapter {
  return readPeftAdapter(path.join(FOLDER, name, form), results[form].scaling ?? {});
}

/** Reads the adapter in a folder of PEFT. @param scaling by module */
export function readPeftAdapter(folder: string, scaling: Readonly<Record<string, number>>): ModelAdapter {
  const tensors = readSafetensors(path.join(folder, "adapter_model.safetensors"));
  const adapter = new Map<string, ModuleUpdate>();
  for (const [module, factor] of Object.entries(scaling)) {
    const values = (part: string) =>
      tensors.get(`base_model.model.${module}.${part}`)?.values as Float32Array | undefined;
    const rank = tensors.get(`base_model.model.${module}.lora_A.weight`)?.shape[0];
    const a = values("lora_A.weight");
    const b = values("lora_B.weight");
    if (rank === undefined || a === undefined || b === undefined)
      throw new Error(`${folder} has no factors of ${module}.`);
    const magnitude = values("lora_magnitude_vector");
    adapter.set(module, { rank, a, b, scaling: factor, ...(magnitude === undefined ? {} : { magnitude }) });
  }
  return adapter;
}

function float32Tensors(file: string): Map<string, Float32Array> {
  return new Map([...readSafetensors(file)].map(([name, { values }]) => [name, values as Float32Array]));
}
