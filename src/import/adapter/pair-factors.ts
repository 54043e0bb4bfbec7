import { failure } from "../../errors.js";
import type { FactorTensors } from "../../model/factor-tensors.js";
import type { AdapterSettings, UncomparedTensor } from "../../model/records.js";
import { MAX_TENSOR_BYTES } from "../limits.js";
import type { TensorEntry } from "../tensors/tensor-entry.js";
import { READABLE_DTYPES } from "../tensors/tensor-values.js";
import { configuredRank } from "./scaling.js";
import { tensorKey, type PairForm, type TensorKey } from "./tensor-key.js";

/** A factor as a matrix: `shape` is its rows and columns, whatever the shape and the layout of the tensor in the file. */
export interface MatrixEntry extends TensorEntry {
  /** Whether the file holds the factor's transpose. */
  readonly columnMajor: boolean;
}

/** The factors A (r x in) and B (out x r) of one layer. */
export interface FactorPair extends FactorTensors<MatrixEntry> {
  readonly form: PairForm;
}

type IncompletePair = Partial<FactorTensors<MatrixEntry>> & { readonly form: PairForm };

/**
 * Pairs an adapter's factors by layer, as matrices, and checks their shapes, data types and ranks.
 *
 * @param where the weight file, for messages
 * @throws ADAPTER_TENSORS_INVALID, ADAPTER_TYPE_UNSUPPORTED, FILE_TOO_LARGE, RANK_CONTRADICTS_CONFIG
 */
export function pairFactors(
  tensors: readonly TensorEntry[],
  settings: AdapterSettings,
  where: string,
): { pairs: Map<string, FactorPair>; uncompared: UncomparedTensor[] } {
  const { factors, uncompared } = groupByModule(tensors, settings, where);
  const pairs = new Map<string, FactorPair>();
  for (const [module, { a, b, form }] of factors) {
    if (a === undefined || b === undefined) {
      const only = a === undefined ? "lora_B" : "lora_A";
      throw invalid(where, `only ${only} of ${module}`, "both lora_A and lora_B");
    }
    pairs.set(module, { form, ...asMatrices(module, ...inStoredOrder(a, b, configuredRank(module, settings)), where) });
  }
  if (pairs.size === 0) throw invalid(where, "no lora_A and lora_B tensors", "at least one pair");
  for (const [module, pair] of pairs) checkPair(module, pair, settings, where);
  return { pairs, uncompared };
}

function groupByModule(
  tensors: readonly TensorEntry[],
  { modulesToSave }: AdapterSettings,
  where: string,
): { factors: Map<string, IncompletePair>; uncompared: UncomparedTensor[] } {
  const factors = new Map<string, IncompletePair>();
  const uncompared: UncomparedTensor[] = [];
  const keys = tensors.map((entry) => ({ entry, key: tensorKey(entry.name, modulesToSave) }));
  const chosen = chosenAdapter(keys, where);
  for (const { entry, key } of keys) {
    if (key.kind === "UNSUPPORTED") {
      const allowed = "lora_A and lora_B of linear layers, convolutions and embeddings";
      throw failure("ADAPTER_TYPE_UNSUPPORTED", {
        where,
        received: `the tensor ${entry.name} of ${key.form}`,
        allowed,
      });
    }
    // The settings have the alpha already.
    if (key.kind === "ALPHA") continue;
    if (key.kind !== "FACTOR" || key.adapter !== chosen) {
      const kind = key.kind === "FACTOR" ? "OTHER_ADAPTER" : key.kind;
      uncompared.push({ name: entry.name, dtype: entry.dtype, shape: entry.shape, kind });
      continue;
    }
    const { module, factor, form, columnMajor } = key;
    const pair = factors.get(module) ?? { form };
    const conflict = pair[factor];
    if (conflict !== undefined || pair.form !== form) {
      const other = conflict?.name ?? `lora_A and lora_embedding_A of ${module}`;
      throw invalid(where, `both ${other} and ${entry.name}`, "one adapter in one file");
    }
    factors.set(module, { ...pair, [factor]: { ...entry, columnMajor } });
  }
  return { factors, uncompared };
}

function checkPair(module: string, { a, b }: FactorPair, settings: AdapterSettings, where: string): void {
  for (const tensor of [a, b]) checkReadable(tensor, where);
  const expected = configuredRank(module, settings);
  if (a.shape[0] === expected) return;
  throw failure("RANK_CONTRADICTS_CONFIG", {
    where: `${where}, ${module}`,
    received: `rank ${a.shape[0]}`,
    allowed: `rank ${expected}`,
  });
}

/** The adapter that PEFT's configuration at the top of a folder describes. */
const DEFAULT_ADAPTER = "default";

/**
 * Returns the name of the adapter to read; null if keys have no names. Of several adapters it is `default`: PEFT saves the
 * configurations of others in folders of their names, so that their scalings are not those of this configuration.
 *
 * @throws ADAPTER_TENSORS_INVALID if none of several adapters is `default`
 */
function chosenAdapter(
  keys: readonly { readonly entry: TensorEntry; readonly key: TensorKey }[],
  where: string,
): string | null {
  const adapters = new Map(
    keys.flatMap(({ entry, key }) => (key.kind === "FACTOR" ? [[key.adapter, entry.name] as const] : [])),
  );
  const [first, second] = adapters;
  if (second === undefined || first === undefined) return first?.[0] ?? null;
  if (adapters.has(DEFAULT_ADAPTER) && !adapters.has(null)) return DEFAULT_ADAPTER;
  const allowed = `one adapter in one file, or one of them named ${DEFAULT_ADAPTER}`;
  throw invalid(where, `both ${first[1]} and ${second[1]}`, allowed);
}

/**
 * Returns the factors as matrices. Those of a convolution are flattened: A (r x in x kernel) to r x (in * kernel), and B
 * (out x r x 1) to out x r. Their product is the flattened change of the kernels, out x (in * kernel).
 */
function asMatrices(module: string, a: MatrixEntry, b: MatrixEntry, where: string): FactorTensors<MatrixEntry> {
  const received = `lora_A ${a.shape.join(" x ")} and lora_B ${b.shape.join(" x ")} of ${module}`;
  if (a.shape.length < 2 || b.shape.length < 2 || a.shape.includes(0) || b.shape.includes(0)) {
    const allowed =
      "whole factors (DeepSpeed ZeRO-3 and FSDP leave such tensors if the shards were not gathered before saving)";
    throw invalid(where, received, allowed);
  }
  const isPointwise = b.shape.slice(2).every((length) => length === 1);
  const isPair = a.shape.length === b.shape.length && (a.shape.length === 2 || !a.columnMajor);
  if (!isPair || !isPointwise) {
    const allowed = "two matrices, or a convolution and a 1 x 1 convolution (packed experts are not supported)";
    throw invalid(where, received, allowed);
  }
  const [matrixA, matrixB] = [asMatrix(a), asMatrix(b)];
  if (matrixA.shape[0] === matrixB.shape[1]) return { a: matrixA, b: matrixB };
  throw invalid(where, received, "A: r x in and B: out x r with the same r");
}

/**
 * Returns the factors with the orientation that the file has. MLX-LM saves A as in x r and B as r x out; scripts that were written
 * before it, and converters, keep PEFT's r x in and out x r under MLX's names. The rank decides, if it fits only one of them.
 */
function inStoredOrder(a: MatrixEntry, b: MatrixEntry, rank: number): [MatrixEntry, MatrixEntry] {
  if (!a.columnMajor || a.shape.length !== 2 || b.shape.length !== 2) return [a, b];
  const fitsMlx = a.shape[1] === rank && b.shape[0] === rank;
  const fitsPeft = a.shape[0] === rank && b.shape[1] === rank;
  if (fitsMlx || !fitsPeft) return [a, b];
  return [
    { ...a, columnMajor: false },
    { ...b, columnMajor: false },
  ];
}

function asMatrix(entry: MatrixEntry): MatrixEntry {
  const [rows = 0, ...others] = entry.shape;
  const columns = others.reduce((product, length) => product * length, 1);
  return { ...entry, shape: entry.columnMajor ? [columns, rows] : [rows, columns] };
}

function checkReadable({ name, dtype, length }: TensorEntry, where: string): void {
  if (!READABLE_DTYPES.includes(dtype)) throw invalid(where, `dtype ${dtype} of ${name}`, READABLE_DTYPES.join(", "));
  if (length <= MAX_TENSOR_BYTES) return;
  const allowed = `${MAX_TENSOR_BYTES} bytes per tensor`;
  throw failure("FILE_TOO_LARGE", { where: `${where}, tensor ${name}`, received: `${length} bytes`, allowed });
}

function invalid(where: string, received: string, allowed: string): Error {
  return failure("ADAPTER_TENSORS_INVALID", { where, received, allowed });
}
