import { expect, test } from "vitest";
import { matchLayers, type AdaptedLayer } from "#src/analysis/runs/checkpoint-layers.js";

const adapted = (name: string, id: string): AdaptedLayer =>
  ({ layer: { name, index: 0, module: name, inFeatures: 4, outFeatures: 4 }, factors: { hash: id } }) as AdaptedLayer;

test("layers of runs of two tools are matched; those that one run has twice are not joined", () => {
  const peft = [adapted("model.layers.0.mlp.up_proj", "p"), adapted("model.layers.0.self_attn.q_proj", "q")];
  const torchtune = [adapted("layers.0.mlp.w3", "t"), adapted("layers.0.attn.q_proj", "u")];
  const both = [adapted("model.layers.0.mlp.up_proj", "x"), adapted("layers.0.mlp.up_proj", "y")];
  const hashes = (...runs: AdaptedLayer[][]) =>
    matchLayers(runs).map(({ layer, factors }) => [layer.name, ...factors.map((one) => one?.hash)]);
  expect(hashes(peft, torchtune)).toEqual([
    ["layers.0.attn.q_proj", undefined, "u"],
    ["model.layers.0.mlp.up_proj", "p", "t"],
    ["model.layers.0.self_attn.q_proj", "q", undefined],
  ]);
  expect(hashes(both, [])).toHaveLength(2);
});
