import type { EncodedItem } from "../../model/evaluation-items.js";
import type { LayerDivergence } from "../../model/layer-sensitivity.js";
import type { LayerSwap } from "./layer-swaps.js";
import { measureLayerDivergences } from "./measure-layer-divergences.js";
import type { Measured, MeasureOptions, ModelRun } from "./model-run.js";

/** Tokens of the items that run through all layers together: each layer is quantized once for them. */
const CHUNK_TOKENS = 16_384;

/**
 * Yields what each layer changes in each item where the candidate's weight and update replace the reference's, chunk by chunk:
 * L + 1 passes over the items of a chunk.
 *
 * @param swaps starts the replacements again, for each chunk
 * @throws as `measureLayerDivergences` and `layerSwaps` do
 */
export async function* measureSensitivities(
  reference: ModelRun,
  swaps: () => AsyncIterable<LayerSwap>,
  items: readonly EncodedItem[],
  options: MeasureOptions = {},
): AsyncGenerator<Measured<"SENSITIVITY">> {
  for (const { start, end } of chunksOf(items)) {
    const chunk = items.slice(start, end);
    const layers: LayerDivergence[] = [];
    for await (const one of measureLayerDivergences(reference, swaps(), chunk, options)) layers.push(one);
    const names = layers.map(({ layer }) => layer);
    for (const [i, { scoredTokens }] of chunk.entries()) {
      const divergences = Float64Array.from(layers, ({ sums }) => sums[i] ?? 0);
      yield { position: start + i, scoredTokens, layers: names, divergences };
    }
  }
}

/** Returns ranges of consecutive items with at most `CHUNK_TOKENS` tokens each, or one item. */
function chunksOf(items: readonly EncodedItem[]): { readonly start: number; readonly end: number }[] {
  const chunks: { start: number; end: number }[] = [];
  let tokens = 0;
  items.forEach(({ ids }, i) => {
    tokens += ids.length;
    const last = chunks.at(-1);
    if (last !== undefined && tokens <= CHUNK_TOKENS) last.end = i + 1;
    else {
      chunks.push({ start: i, end: i + 1 });
      tokens = ids.length;
    }
  });
  return chunks;
}
