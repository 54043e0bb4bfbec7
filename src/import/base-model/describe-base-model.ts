import { createHash } from "node:crypto";
import path from "node:path";
import { withFile } from "../../files/open-file.js";
import type { BaseModelFile, BaseModelRecord } from "../../model/base-models.js";
import type { ModelConfig } from "../../model/language-model.js";
import type { ReportProgress } from "../../model/records.js";
import { hashWeights } from "../tensors/hash-weights.js";
import { findBaseModel, type FindOptions, type FoundBaseModel } from "./find-base-model.js";
import { CONFIG, readBaseModel, WEIGHTS_INDEX, type BaseModel } from "./read-base-model.js";

interface DescribeOptions extends FindOptions {
  /** Name of the model; by default the repository's or the folder's name. */
  readonly name?: string | undefined;
  /** Called with the configuration before the files are hashed; may throw. */
  readonly check?: ((config: ModelConfig) => void) | undefined;
  readonly report?: ReportProgress | undefined;
}

const TOKENIZER = "tokenizer.json";
/** Files beside the weights. The last ones are those that transformers' tokenizers load. */
const FURTHER_FILES = [
  CONFIG,
  WEIGHTS_INDEX,
  TOKENIZER,
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
];

/**
 * Checks a base model and hashes its configuration, weights and tokenizer. Files are streamed, and nothing is copied.
 *
 * @throws the errors of findBaseModel and readBaseModel; FILE_CHANGED if a file changes meanwhile; the signal's reason
 */
export async function describeBaseModel(folder: string, options: DescribeOptions): Promise<BaseModelRecord> {
  const found = await findBaseModel(folder, options);
  const model = await readBaseModel(found);
  options.check?.(model.config);
  const files = await hashFiles(filePaths(found, model), options);
  const hashOf = (name: string) => files.find((file) => file.name === name)?.hash;
  const { config } = model;
  const tensors = [...model.files.tensors.values()];
  return {
    name: options.name ?? found.name,
    folder: found.absolute,
    architecture: config.architecture,
    layers: config.layers,
    hiddenSize: config.hiddenSize,
    vocabularySize: config.vocabularySize,
    positions: config.positions,
    parameters: tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    dtypes: [...new Set(tensors.map(({ dtype }) => dtype))].sort(),
    files,
    configHash: hashOf(CONFIG) ?? "",
    hasTokenizer: hashOf(TOKENIZER) !== undefined,
    hash: contentHash(files),
  };
}

/** Returns the absolute paths of the files by name. Weights of the hub's cache have the names of their links. */
function filePaths({ names, folder, pathOf }: FoundBaseModel, { files }: BaseModel): Map<string, string> {
  const weights = new Set([...files.tensors.values()].map(({ file }) => path.join(files.folder, file)));
  const paths = names.map((name) => [name, pathOf(path.posix.join(folder, name))] as const);
  return new Map(paths.filter(([name, file]) => FURTHER_FILES.includes(name) || weights.has(file)));
}

async function hashFiles(
  paths: ReadonlyMap<string, string>,
  { report = () => undefined, signal }: DescribeOptions,
): Promise<BaseModelFile[]> {
  const files: BaseModelFile[] = [];
  for (const [name, file] of paths) {
    signal?.throwIfAborted();
    const { stamp, size } = await withFile(file, name, (opened) => Promise.resolve(opened));
    const onBytes = (done: number): void => {
      const message = `hashing ${name} (${size > 0 ? Math.floor((100 * done) / size) : 100} %)`;
      report({ stage: "hashing base models", done: files.length, total: paths.size, message });
    };
    onBytes(0);
    const hashes = await hashWeights({ path: file, where: name, tensors: [], stamp }, { onBytes, signal });
    files.push({ name, path: file, size, hash: hashes.file, stamp });
  }
  return files;
}

/** Names are hashed too, because they decide how a file is read. The order of the files does not matter. */
function contentHash(files: readonly BaseModelFile[]): string {
  const lines = files.map(({ name, hash }) => `${name} ${hash}`).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
