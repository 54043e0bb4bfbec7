import type { ModelAdapter, ModelConfig, ModelFiles } from "../../model/language-model.js";
import type { WeightQuantization } from "../../model/weight-quantization.js";
import type { PreparedAdapter } from "../models/adapter-feeds.js";
import type { LanguageModel } from "../models/language-model-types.js";
import { adapterInputs } from "../models/linear.js";
import { quantizedValues } from "../models/quantization/quantize-weight.js";
import type { StoredType } from "../models/quantization/round-to.js";
import { inFileShape, storedWeights } from "../models/quantization/stored-weights.js";
import type { ModelRun } from "./model-run.js";
import { requirePlainUpdates } from "./plain-updates.js";

/** A model in which one layer is replaced. */
export interface LayerSwap {
  /** Path of the module. */
  readonly layer: string;
  readonly run: ModelRun;
}

interface LayerSwaps {
  /** A model of the full-precision base, whose linear weights are replaceable. */
  readonly model: LanguageModel;
  readonly config: ModelConfig;
  readonly files: ModelFiles;
  /** How the candidate's base is quantized. */
  readonly quantization: WeightQuantization;
  /** The precision that the base model is loaded in; that of its file by default. */
  readonly type?: StoredType | undefined;
  /** Update of the baseline, trained on the full-precision base; an empty map for the base models alone. */
  readonly baseline: ModelAdapter;
  /** Update of the candidate, trained on the quantized base. */
  readonly candidate: ModelAdapter;
  readonly signal?: AbortSignal | undefined;
}

/** Returns the run of the baseline, from which layers are replaced. @throws MODEL_ADAPTER_MISMATCH, also for DoRA */
export async function baselineRun({ model, baseline }: Pick<LayerSwaps, "model" | "baseline">): Promise<ModelRun> {
  requirePlainUpdates(baseline);
  return { model, adapter: await model.prepareAdapter(baseline) };
}

/**
 * Yields the baseline's model with one layer l replaced by Q_l + dW_q, for each linear layer in turn. Only one quantized weight is
 * in memory at a time.
 *
 * @throws MODEL_ADAPTER_MISMATCH, also for DoRA, whose magnitudes belong to the norms of another weight
 */
export async function* layerSwaps(options: LayerSwaps): AsyncGenerator<LayerSwap> {
  const { model, config, files, quantization, type, candidate, signal } = options;
  requirePlainUpdates(candidate);
  const { adapter } = await baselineRun(options);
  const replacement = await model.prepareAdapter(candidate);
  for await (const { module, tensor, values } of storedWeights({ config, files, signal })) {
    const stored = type ?? files.tensors.get(tensor)?.dtype ?? "F32";
    const weight = inFileShape(module, quantizedValues(values, module.inFeatures, quantization, stored));
    const run = { model, adapter: withLayer(adapter, replacement, module.name), weights: new Map([[tensor, weight]]) };
    yield { layer: module.name, run };
  }
}

/** Returns an adapter with one module's factors taken from another. */
function withLayer(adapter: PreparedAdapter | undefined, other: PreparedAdapter, layer: string): PreparedAdapter {
  const names = Object.values(adapterInputs(layer));
  const factors = names.flatMap((name) => {
    const feed = other.feeds[name];
    return feed === undefined ? [] : [[name, feed] as const];
  });
  return { form: "lora", feeds: { ...adapter?.feeds, ...Object.fromEntries(factors) } };
}
