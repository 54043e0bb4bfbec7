import type { ServedForm } from "../../../model/behaviour.js";
import type { ModelAdapter, ModelConfig, ModelFiles } from "../../../model/language-model.js";
import type { WeightQuantization } from "../../../model/weight-quantization.js";
import { mergedValues } from "./merge-update.js";
import { quantizedValues } from "./quantize-weight.js";
import { roundTo, type StoredType } from "./round-to.js";
import { inFileShape, storedWeights } from "./stored-weights.js";

interface ServedWeights {
  readonly config: ModelConfig;
  readonly files: ModelFiles;
  /** How the base that the adapter was trained on is quantized; null for the weights of its files. */
  readonly quantization: WeightQuantization | null;
  readonly adapter: ModelAdapter;
  readonly form: Exclude<ServedForm, "SEPARATE">;
  /** The precision that the base model is loaded in; that of its file by default. */
  readonly type?: StoredType | undefined;
  /** Heeded between two weights. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Yields the weights of a model into which an adapter is merged, one linear layer at a time: the tensor's name and its values in
 * float32, in the shape that the file has. The update is added to the values that the base computes with, the dequantized ones of
 * a quantized base (merge_and_unload of PEFT, peft/tuners/lora/layer.py and bnb.py). MERGED rounds the sum to the precision of the
 * base; MERGED_REQUANTIZED quantizes it as the base was. Layers without an update are those of the base.
 *
 * The model then runs without the adapter.
 */
export async function* servedWeights(options: ServedWeights): AsyncGenerator<readonly [string, Float32Array]> {
  const { config, files, quantization, adapter, form, signal } = options;
  for await (const { module, tensor, values } of storedWeights({ config, files, signal })) {
    const type = options.type ?? files.tensors.get(tensor)?.dtype ?? "F32";
    const quantize = (weight: Float32Array) =>
      quantization === null ? weight : quantizedValues(weight, module.inFeatures, quantization, type);
    const base = quantize(values);
    const update = adapter.get(module.name);
    if (update === undefined) {
      yield [tensor, inFileShape(module, base)];
      continue;
    }
    const merged = roundTo(mergedValues(base, module, update), type);
    yield [tensor, inFileShape(module, form === "MERGED" ? merged : quantize(merged))];
  }
}
