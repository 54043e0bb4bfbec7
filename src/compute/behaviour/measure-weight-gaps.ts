import type { ModelAdapter, ModelConfig, ModelFiles } from "../../model/language-model.js";
import { allLinearModules } from "../../model/model-tensors.js";
import type { WeightQuantization } from "../../model/weight-quantization.js";
import { quantizedValues } from "../models/quantization/quantize-weight.js";
import type { StoredType } from "../models/quantization/round-to.js";
import { storedWeights } from "../models/quantization/stored-weights.js";
import type { Measured } from "./model-run.js";
import { requirePlainUpdates } from "./plain-updates.js";
import { weightGap } from "./weight-gap.js";

interface WeightGaps {
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
  /** Positions of the layers that are measured, in the order in which they run; all by default. */
  readonly positions?: ReadonlySet<number> | undefined;
  /** Heeded between two layers. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Yields the norms of each linear layer, one layer in memory at a time. `position` is the layer's index in the order in which layers
 * run.
 *
 * @throws MODEL_ADAPTER_MISMATCH for DoRA, whose magnitudes change the whole weight
 */
export async function* measureWeightGaps({
  config,
  files,
  quantization,
  type,
  baseline,
  candidate,
  positions,
  signal,
}: WeightGaps): AsyncGenerator<Measured<"WEIGHT_GAP">> {
  requirePlainUpdates(baseline);
  requirePlainUpdates(candidate);
  const positionOf = new Map(allLinearModules(config).map(({ name }, position) => [name, position]));
  const names = [...positionOf].filter(([, position]) => positions?.has(position) ?? true).map(([name]) => name);
  for await (const { module, tensor, values } of storedWeights({ config, files, modules: new Set(names), signal })) {
    const stored = type ?? files.tensors.get(tensor)?.dtype ?? "F32";
    const quantized = quantizedValues(values, module.inFeatures, quantization, stored);
    const updates = { baseline: baseline.get(module.name), candidate: candidate.get(module.name) };
    yield {
      position: positionOf.get(module.name) ?? 0,
      ...weightGap({ module, weight: values, quantized, ...updates }),
    };
  }
}
