import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openModel } from "#src/compute/models/language-model.js";
import type { LanguageModel } from "#src/compute/models/language-model-types.js";
import { quantizedWeights } from "#src/compute/models/quantization/quantized-weights.js";
import { readModelFolder, readPeftAdapter } from "../../../support/model-fixtures.js";
import { readSafetensors } from "../../../support/safetensors.js";

// Expected values are those of transformers, PEFT and bitsandbytes (scripts/reference/quantization.py).

const STUDY = fileURLToPath(new URL("../../../../examples/reference-study", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../../fixtures/quantization", import.meta.url));
const { tokens, runs } = JSON.parse(readFileSync(path.join(FIXTURES, "example-study.json"), "utf8")) as {
  readonly tokens: readonly number[];
  readonly runs: Readonly<Record<string, { readonly loss: number; readonly scaling: Record<string, number> }>>;
};
const LOGITS = readSafetensors(path.join(FIXTURES, "example-study.safetensors"));
/** The script stores every 16th token and entry of the vocabulary. */
const STEP = 16;

let bases: Readonly<Record<"16bit" | "4bit", LanguageModel>>;

beforeAll(async () => {
  const base = await readModelFolder(path.join(STUDY, "base"));
  const quantization = { scheme: "nf4", doubleQuantization: false } as const;
  const weights = new Map<string, Float32Array>();
  for await (const [name, values] of quantizedWeights({ ...base, quantization })) weights.set(name, values);
  const options = { ...base, provider: "cpu", threads: 1, maxBytes: 2 ** 30 } as const;
  bases = { "16bit": openModel(options), "4bit": openModel({ ...options, weights }) };
});
afterAll(() => Promise.all(Object.values(bases).map((model) => model.close())));

test.each(Object.keys(runs))("%s has the loss and the logits of transformers on its own base", async (run) => {
  const { loss, scaling } = runs[run] ?? { loss: NaN, scaling: {} };
  const model = bases[run.startsWith("4bit") ? "4bit" : "16bit"];
  const adapter = await model.prepareAdapter(readPeftAdapter(path.join(STUDY, "runs", run, "final_model"), scaling));
  const [losses = new Float32Array()] = await model.tokenLosses([tokens], { adapter });
  const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length;
  expect(Math.abs(mean / loss - 1)).toBeLessThan(1e-5);
  const expected = LOGITS.get(run)?.values ?? [];
  const size = model.config.vocabularySize;
  let compared = 0;
  for await (const { start, logits } of model.logits(tokens, { adapter })) {
    for (let row = 0; row * size < logits.length; row++) {
      if ((start + row) % STEP !== 0) continue;
      for (let entry = 0; entry < size; entry += STEP) {
        expect(Math.abs((logits[row * size + entry] ?? NaN) - (expected[compared] ?? NaN))).toBeLessThan(1e-4);
        compared += 1;
      }
    }
  }
  expect(compared).toBe(expected.length);
});
