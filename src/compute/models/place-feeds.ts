import { Tensor } from "onnxruntime-node";
import type { ModelConfig } from "../../model/language-model.js";
import { maskName } from "./decoder-graph.js";
import type { ModelPrecision } from "./graph-writer.js";
import { ropeFrequencies, ropeTables } from "./rope.js";
import { attentionMask, integerGrid, type CachedPositions, type TokenChunk } from "./token-batch.js";

/**
 * Added to the scores of places to which a token does not attend. In float32 torch.finfo(torch.float32).min, as transformers
 * masks: with -Infinity, a padded row's softmax would be NaN. In float16 it leaves room for the score below -65504.
 */
const MASKED = { float32: -3.4028234663852886e38, float16: -30_000 } as const;

/** Returns the inputs that tell a graph the places of a chunk's tokens. */
export type PlaceFeeds = (chunk: TokenChunk, all: CachedPositions) => Record<string, Tensor>;

/** Learned or rotary positions, and a mask for each window. */
export function placeFeeds(config: ModelConfig, precision: ModelPrecision): PlaceFeeds {
  const masked = MASKED[precision];
  if (config.architecture === "gpt2") {
    return (chunk, all) => ({
      tokens: integerGrid(chunk, chunk.tokens),
      positions: integerGrid(chunk, chunk.positions),
      mask: attentionMask(chunk, all, { window: null, masked }),
    });
  }
  const frequencies = ropeFrequencies(config.rope, config.headSize);
  const windows = [...new Set(config.windows)];
  return (chunk, all) => {
    const count = chunk.positions.length;
    const { cos, sin } = ropeTables(frequencies, chunk.positions);
    const rows = Int32Array.from({ length: count }, (_, row) => row);
    return {
      tokens: integerGrid(chunk, chunk.tokens),
      rows: integerGrid(chunk, rows),
      cos: new Tensor("float32", cos, [count, frequencies.length]),
      sin: new Tensor("float32", sin, [count, frequencies.length]),
      ...Object.fromEntries(
        windows.map((window) => [maskName(window), attentionMask(chunk, all, { window, masked })] as const),
      ),
    };
  };
}
