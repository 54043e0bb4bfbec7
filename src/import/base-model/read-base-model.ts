import path from "node:path";
import { failure } from "../../errors.js";
import type { ModelConfig, ModelFiles, ModelTensor } from "../../model/language-model.js";
import { basePrefix, HEAD_MODULE, modelTensors } from "../../model/model-tensors.js";
import { quoteNames, quoteText } from "../findings.js";
import { listWeights, type ListedFile, type PathOf } from "../tensors/list-weights.js";
import type { TensorEntry } from "../tensors/tensor-entry.js";
import { readModelConfig } from "./read-model-config.js";

/** A base model in place: nothing is copied. */
export interface BaseModel {
  readonly config: ModelConfig;
  readonly files: ModelFiles;
}

/** The folder of a base model, as save_pretrained writes it or the hub's cache holds it. */
export interface BaseModelFolder {
  /** Relative to the root of `pathOf`; "." for the root. */
  readonly folder: string;
  /** The names of its files. */
  readonly names: readonly string[];
  /** Returns the absolute path of a file, with links resolved. */
  readonly pathOf: PathOf;
}

/** Names of weight files: SAFE_WEIGHTS_NAME and SAFE_WEIGHTS_INDEX_NAME of transformers/utils. */
export const WEIGHTS = "model.safetensors";
export const WEIGHTS_INDEX = "model.safetensors.index.json";
export const CONFIG = "config.json";

/**
 * Reads the configuration and the tensors' places of a base model, and checks that the tensors are those that the
 * configuration needs. Other tensors, such as attention masks that old versions stored, are left out.
 *
 * @throws MODEL_CONFIG_INVALID, MODEL_UNSUPPORTED, MODEL_TENSORS_INVALID, and the errors of listWeights
 */
export async function readBaseModel({ folder, names, pathOf }: BaseModelFolder): Promise<BaseModel> {
  const where = (name: string) => path.posix.join(folder, name);
  if (!names.includes(CONFIG)) {
    const received = `a folder without ${CONFIG}`;
    throw failure("MODEL_CONFIG_INVALID", { where: folder, received, allowed: "the folder of a base model" });
  }
  const config = await readModelConfig(pathOf(where(CONFIG)), where(CONFIG));
  // transformers prefers the single file too.
  const file = [WEIGHTS, WEIGHTS_INDEX].find((name) => names.includes(name));
  if (file === undefined) throw noWeights(folder, names);
  const isIndex = file === WEIGHTS_INDEX;
  const listed = await listWeights(pathOf, { file: where(file), form: "safetensors", isIndex });
  return { config, files: filesOf(listed, config, where(file)) };
}

function noWeights(where: string, names: readonly string[]): Error {
  const others = names.filter((name) => /\.(?:bin|pt|pth|h5|msgpack|gguf|onnx|safetensors)$/.test(name));
  return failure("MODEL_UNSUPPORTED", {
    where,
    received: others.length === 0 ? "no weights" : quoteText(quoteNames(others)),
    allowed: `${WEIGHTS}, or ${WEIGHTS_INDEX} with its shards`,
    fix: "Load the model with transformers and save it again with save_pretrained, which writes safetensors.",
  });
}

function filesOf(listed: readonly ListedFile[], config: ModelConfig, where: string): ModelFiles {
  const folders = new Set(listed.map((file) => path.dirname(file.path)));
  const [folder] = folders;
  if (folder === undefined || folders.size > 1) {
    // ONNX Runtime opens the files of a model below one folder only.
    throw failure("MODEL_UNSUPPORTED", {
      where,
      received: "shards in several folders",
      allowed: "shards in one folder",
    });
  }
  const entries = new Map<string, { readonly entry: TensorEntry; readonly file: string }>();
  for (const shard of listed) {
    for (const entry of shard.tensors) {
      entries.set(canonicalName(entry.name, config), { entry, file: path.basename(shard.path) });
    }
  }
  const tensors = new Map<string, ModelTensor>();
  const take = (name: string, shape: readonly number[]) => {
    const found = entries.get(name);
    if (found === undefined) throw invalid(where, `no tensor ${name}`, `the tensor, of shape [${shape.join(", ")}]`);
    tensors.set(name, tensorOf(name, found.entry, found.file, shape, where));
  };
  for (const [name, shape] of modelTensors(config)) take(name, shape);
  // transformers 5 does not tie an output matrix that is stored besides the embeddings and differs from them.
  const head = `${HEAD_MODULE}.weight`;
  if (!config.tiedEmbeddings || entries.has(head)) take(head, [config.vocabularySize, config.hiddenSize]);
  return { folder, tensors };
}

/** The prefix is missing where the model without its output matrix was saved, as in GPT-2's original files. */
function canonicalName(name: string, config: ModelConfig): string {
  const prefix = `${basePrefix(config)}.`;
  return name.startsWith(prefix) || name.startsWith(`${HEAD_MODULE}.`) ? name : prefix + name;
}

function tensorOf(
  name: string,
  { dtype, shape, offset, length }: TensorEntry,
  file: string,
  expected: readonly number[],
  where: string,
): ModelTensor {
  if (shape.length !== expected.length || shape.some((size, i) => size !== expected[i])) {
    throw invalid(where, `${name} of shape [${shape.join(", ")}]`, `[${expected.join(", ")}]`);
  }
  if (dtype !== "F32" && dtype !== "F16" && dtype !== "BF16") {
    const received = quoteText(`${name} of dtype ${dtype}`);
    throw failure("MODEL_UNSUPPORTED", { where, received, allowed: "F32, F16, BF16" });
  }
  return { file, dtype, shape, offset, length };
}

function invalid(where: string, received: string, allowed: string): Error {
  return failure("MODEL_TENSORS_INVALID", { where, received: quoteText(received), allowed });
}
