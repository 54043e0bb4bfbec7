import { expect, test } from "vitest";
import type { BehaviourKinds } from "#src/model/behaviour.js";
import { packValues, unpackItems, unpackValues } from "#src/model/behaviour-values.js";

const VALUES: BehaviourKinds = {
  LOSS: { losses: Float32Array.of(0.5, 2, 3.25) },
  GENERATION: { promptTokens: 7, tokens: Int32Array.of(1, 50_000) },
  EMBEDDING: { vector: Float32Array.of(-1, 0.25) },
  CHOICES: { logLikelihoods: Float64Array.of(-1.1, -2.2, -3.3), characters: Int32Array.of(3, 4, 5), answer: null },
  DIVERGENCE: {
    divergences: Float32Array.of(0.1, 0.2, 0.3),
    agreements: Uint8Array.of(1, 0, 1),
    probabilityChanges: Float32Array.of(-0.5, 0, 0.5),
    referenceLosses: Float32Array.of(1, 2, 3),
    candidateLosses: Float32Array.of(4, 5, 6),
  },
  SENSITIVITY: {
    scoredTokens: 9,
    layers: ["h.0.attn.c_attn", "h.1.mlp.c_fc"],
    divergences: Float64Array.of(0.5, 0.25),
  },
  WEIGHT_GAP: {
    layer: "h.0.attn.c_attn",
    weightNorm: 9,
    quantizationError: 0.5,
    baselineUpdateNorm: 1,
    candidateUpdateNorm: 2,
    gap: 0.75,
    adaptedNorm: 10,
  },
};
const KINDS = Object.keys(VALUES) as (keyof BehaviourKinds)[];

test.each(KINDS)("values of %s are the same after packing, wherever their bytes begin", (kind) => {
  const packed = packValues(kind, VALUES[kind]);
  // A Buffer of a pool begins at any address, and its slice() is a view.
  const pool = Buffer.concat([Buffer.of(1, 2, 3), packed, Buffer.of(9)]);
  expect(unpackValues(kind, pool.subarray(3, 3 + packed.length))).toEqual(VALUES[kind]);
});

test("items are found by their positions", () => {
  const items = [[2, 1], [], [0.5]].map((losses) => packValues("LOSS", { losses: Float32Array.from(losses) }));
  const packed = { positions: [0, 3, 9], lengths: items.map(({ length }) => length), bytes: Buffer.concat(items) };
  expect(unpackItems("LOSS", packed)).toEqual(
    new Map([
      [0, { losses: Float32Array.of(2, 1) }],
      [3, { losses: new Float32Array() }],
      [9, { losses: Float32Array.of(0.5) }],
    ]),
  );
});

test("a right answer is kept", () => {
  expect(unpackValues("CHOICES", packValues("CHOICES", { ...VALUES.CHOICES, answer: 2 })).answer).toBe(2);
});
