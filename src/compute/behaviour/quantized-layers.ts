import type { ModelConfig, ModelFiles } from "../../model/language-model.js";
import { allLinearModules, type LinearModule } from "../../model/model-tensors.js";
import type { WeightQuantization } from "../../model/weight-quantization.js";
import { quantizedValues } from "../models/quantization/quantize-weight.js";
import type { StoredType } from "../models/quantization/round-to.js";
import { storedWeights } from "../models/quantization/stored-weights.js";

/** A linear layer of a base model before and after quantization. */
export interface QuantizedLayer {
  /** Index in the order in which layers run. */
  readonly position: number;
  readonly module: LinearModule;
  /** W and the values of Q(W), [out, in] in float32. */
  readonly weight: Float32Array;
  readonly quantized: Float32Array;
}

interface QuantizedBase {
  readonly config: ModelConfig;
  readonly files: ModelFiles;
  readonly quantization: WeightQuantization;
  /** The precision that the base model is loaded in; that of its file by default. */
  readonly type?: StoredType | undefined;
  /** Positions of the layers that are read; all by default. */
  readonly positions?: ReadonlySet<number> | undefined;
  /** Layers of the same base and quantization by position, which are not read again. Those that are read are added. */
  readonly kept?: Map<number, QuantizedLayer> | undefined;
  /** Heeded between two layers. */
  readonly signal?: AbortSignal | undefined;
}

/** Yields linear layers with their quantized values: kept ones first, then one at a time from the files, as layers run. */
export async function* quantizedLayers({
  config,
  files,
  quantization,
  type,
  positions,
  kept,
  signal,
}: QuantizedBase): AsyncGenerator<QuantizedLayer> {
  const missing = new Map<string, number>();
  for (const [position, { name }] of allLinearModules(config).entries()) {
    if (positions?.has(position) === false) continue;
    const layer = kept?.get(position);
    if (layer === undefined) missing.set(name, position);
    else yield layer;
  }
  if (missing.size === 0) return;
  const modules = new Set(missing.keys());
  for await (const { module, tensor, values } of storedWeights({ config, files, modules, signal })) {
    const stored = type ?? files.tensors.get(tensor)?.dtype ?? "F32";
    const quantized = quantizedValues(values, module.inFeatures, quantization, stored);
    const layer = { position: missing.get(module.name) ?? 0, module, weight: values, quantized };
    kept?.set(layer.position, layer);
    yield layer;
  }
}
