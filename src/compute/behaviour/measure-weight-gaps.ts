import type { ModelAdapter } from "../../model/language-model.js";
import type { Measured } from "./model-run.js";
import { requirePlainUpdates } from "./plain-updates.js";
import type { QuantizedLayer } from "./quantized-layers.js";
import { weightGap } from "./weight-gap.js";

interface WeightGaps {
  /** The base model's layers, of which one at a time is in memory unless they are kept. */
  readonly layers: AsyncIterable<QuantizedLayer>;
  /** Update of the baseline, trained on the full-precision base; an empty map for the base models alone. */
  readonly baseline: ModelAdapter;
  /** Update of the candidate, trained on the quantized base. */
  readonly candidate: ModelAdapter;
  /** Heeded between two layers. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Yields the norms of each linear layer. `position` is the layer's index in the order in which layers run.
 *
 * @throws MODEL_ADAPTER_MISMATCH for DoRA, whose magnitudes change the whole weight
 */
export async function* measureWeightGaps({
  layers,
  baseline,
  candidate,
  signal,
}: WeightGaps): AsyncGenerator<Measured<"WEIGHT_GAP">> {
  requirePlainUpdates(baseline);
  requirePlainUpdates(candidate);
  for await (const { position, module, ...weights } of layers) {
    signal?.throwIfAborted();
    const updates = { baseline: baseline.get(module.name), candidate: candidate.get(module.name) };
    yield { position, ...weightGap({ module, ...weights, ...updates }) };
  }
}
