import { meanOf } from "../statistics/sample.js";
import type { RankSensitivity } from "./layer-seed-test.js";

/**
 * Returns a function from a layer's name in a study to its mean sensitivity over the seeds; undefined for layers without one. Some
 * tools write names without the base model's prefix, `h.0.attn.c_attn` for `transformer.h.0.attn.c_attn`.
 */
export function layerScores({ layers }: Pick<RankSensitivity, "layers">): (name: string) => number | undefined {
  const scores = new Map(layers.map(({ layer, scores: ofSeeds }) => [layer, meanOf(ofSeeds)]));
  const short = new Map([...scores].map(([name, score]) => [name.slice(name.indexOf(".") + 1), score]));
  return (name) => scores.get(name) ?? short.get(name);
}
