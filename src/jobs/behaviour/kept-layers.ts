import { LRUCache } from "lru-cache";
import type { QuantizedLayer } from "../../compute/behaviour/quantized-layers.js";
import type { ModelConfig } from "../../model/language-model.js";
import { allLinearModules } from "../../model/model-tensors.js";
import type { WeightQuantization } from "../../model/weight-quantization.js";

/** Largest base that is kept, in bytes of its linear layers and of their quantized values. */
const MAX_BYTES = 256 * 2 ** 20;

/** Returns the layers of a base by position, to which others are added; undefined for a base that is too large to be kept. */
type KeptLayers = (
  config: ModelConfig,
  base: string,
  quantization: WeightQuantization,
) => Map<number, QuantizedLayer> | undefined;

/**
 * Keeps the quantized layers of the last base: the pairs of a study share it, and reading and quantizing it takes longer than
 * comparing two updates.
 *
 * @param maxBytes memory that a base may take
 */
export function openKeptLayers(maxBytes: number): KeptLayers {
  const bases = new LRUCache<string, Map<number, QuantizedLayer>>({ max: 1 });
  return (config, base, quantization) => {
    const elements = allLinearModules(config).reduce((sum, one) => sum + one.inFeatures * one.outFeatures, 0);
    if (2 * Float32Array.BYTES_PER_ELEMENT * elements > Math.min(MAX_BYTES, maxBytes)) return undefined;
    const key = JSON.stringify([base, quantization]);
    const kept = bases.get(key) ?? new Map<number, QuantizedLayer>();
    bases.set(key, kept);
    return kept;
  };
}
