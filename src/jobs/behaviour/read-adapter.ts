import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { failure, RankscopeError } from "../../errors.js";
import { shortenPath } from "../../files/paths.js";
import { readSafetensorsHeader } from "../../import/tensors/read-safetensors-header.js";
import { tensorValues } from "../../import/tensors/tensor-values.js";
import type { TensorEntry } from "../../import/tensors/tensor-entry.js";
import type { ModelAdapter, ModelConfig, ModuleUpdate } from "../../model/language-model.js";
import { allLinearModules, basePrefix } from "../../model/model-tensors.js";
import type { WeightFile, WeightStore } from "../../model/weight-store.js";
import type { StoredTensor } from "../../model/weight-updates.js";
import type { AdapterLocation } from "./model-task.js";

/**
 * Reads an adapter for a model. Each factor is checked against its hash. Files with magnitudes of DoRA, which have no hash of their
 * own, are checked as a whole.
 *
 * @throws MODEL_ADAPTER_MISMATCH for a layer that the model does not have; WEIGHTS_MISSING, WEIGHTS_CHANGED, ...
 */
export async function readAdapter(
  weights: WeightStore,
  { run, layers, magnitudes, files }: AdapterLocation,
  config: ModelConfig,
): Promise<ModelAdapter> {
  const moduleOf = moduleNames(config);
  const magnitudeOf = magnitudes.length === 0 ? new Map<string, Float32Array>() : await readMagnitudes(weights, files);
  const adapter = new Map<string, ModuleUpdate>();
  for (const { name, scaling, factors } of layers) {
    const module = moduleOf(name);
    if (module === undefined) {
      throw failure("MODEL_ADAPTER_MISMATCH", {
        where: `${run}, ${name}`,
        received: "an update of a layer that the model does not have, or that is not a linear layer of its blocks",
      });
    }
    const [a, b] = await Promise.all([readTensor(weights, factors.a), readTensor(weights, factors.b)]);
    const magnitude = [...magnitudeOf].find(([of]) => moduleOf(of) === module)?.[1];
    if (magnitudes.length > 0 && magnitude === undefined) {
      throw failure("ADAPTER_TENSORS_INVALID", { where: `${run}, ${name}`, received: "DoRA without a magnitude" });
    }
    adapter.set(module, { rank: factors.rank, a, b, scaling, ...(magnitude !== undefined && { magnitude }) });
  }
  return adapter;
}

/** Returns a function from a layer's name, with or without the model's prefix, to the module; undefined if there is none. */
function moduleNames(config: ModelConfig): (name: string) => string | undefined {
  const known = new Set(allLinearModules(config).map(({ name }) => name));
  const prefix = `${basePrefix(config)}.`;
  return (name) => [name, prefix + name].find((one) => known.has(one));
}

async function readTensor(weights: WeightStore, tensor: StoredTensor): Promise<Float32Array> {
  const { file, offset, length, name } = tensor;
  const where = `${shortenPath(file.path)}, tensor ${name}`;
  return float32(tensorValues(await readBytes(weights, file, offset, length, where), tensor, where));
}

function readBytes(weights: WeightStore, file: WeightFile, offset: number, length: number, where: string) {
  return weights.read(file, offset, length).catch((error: unknown): never => {
    if (!(error instanceof RankscopeError)) throw error;
    // The store's message has the file's path on this machine, which clients must not see.
    throw failure(error.code, { ...error.detail, where, cause: error });
  });
}

function float32(values: Float32Array | Float64Array): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

/** Magnitudes of DoRA in PEFT, MLX-LM and torchtune. */
const MAGNITUDE =
  /^(?:base_model\.model\.)?(?<module>.+?)\.(?:lora_magnitude_vector(?:\.[^.]+)?(?:\.weight)?|m|magnitude|dora_scale)$/;

/** Bytes per read of a whole file. */
const PIECE_BYTES = 16 * 2 ** 20;

/** Reads the magnitudes in safetensors files, by module as the file names it. */
async function readMagnitudes(weights: WeightStore, files: readonly WeightFile[]): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for (const file of files) {
    const where = shortenPath(file.path);
    await requireContent(weights, file, where);
    const { tensors } = await readSafetensorsHeader(storedFile(weights, file, where), where);
    for (const tensor of tensors) {
      const module = MAGNITUDE.exec(tensor.name)?.groups?.["module"];
      if (module !== undefined) found.set(module, await readMagnitude(weights, file, tensor, where));
    }
  }
  return found;
}

async function readMagnitude(
  weights: WeightStore,
  file: WeightFile,
  { dtype, shape, offset, length, name }: TensorEntry,
  where: string,
): Promise<Float32Array> {
  const bytes = await readBytes(weights, file, offset, length, where);
  // The whole file was checked a moment ago.
  const hash = createHash("sha256").update(bytes).digest("hex");
  return float32(tensorValues(bytes, { dtype, shape, columnMajor: false, length, hash }, `${where}, tensor ${name}`));
}

/** @throws WEIGHTS_CHANGED if the file is not the imported one */
async function requireContent(weights: WeightStore, file: WeightFile, where: string): Promise<void> {
  const hash = createHash("sha256");
  for (let offset = 0; offset < file.size; offset += PIECE_BYTES) {
    hash.update(await readBytes(weights, file, offset, Math.min(PIECE_BYTES, file.size - offset), where));
  }
  if (hash.digest("hex") !== file.hash) {
    throw failure("WEIGHTS_CHANGED", { where, received: "bytes that differ from the imported ones" });
  }
}

/** A file of the weight store as readers of headers take it. */
function storedFile(
  weights: WeightStore,
  file: WeightFile,
  where: string,
): Parameters<typeof readSafetensorsHeader>[0] {
  const read = async (buffer: Buffer, _: number, length: number, position: number) => {
    const bytes = await readBytes(weights, file, position, Math.min(length, file.size - position), where);
    buffer.set(bytes);
    return { buffer, bytesRead: bytes.length };
  };
  return {
    handle: { read } as unknown as FileHandle,
    size: file.size,
    stamp: file.hash,
    requireUnchanged: () => Promise.resolve(),
  };
}
