import { describe, expect, test } from "vitest";
import type { Method } from "#src/model/enums/run.js";
import { nearMatches } from "#src/analysis/across-studies/near-matches.js";
import { storedField } from "#src/model/setting-fields.js";
import type { SettingValue } from "#src/model/settings.js";
import { withStatedSettings, type SettingColumns } from "#src/model/stated-columns.js";
import { storableJson } from "#src/model/storable-json.js";

const columns = (rest: Partial<SettingColumns> = {}): SettingColumns => ({
  method: "LORA",
  quantizationLabel: "16bit",
  quantizationBits: 16,
  quantizationScheme: null,
  seed: 1,
  numSamples: null,
  ...rest,
});

describe("what follows from stated settings", () => {
  const QLORA = { method: "QLORA", quantizationLabel: "nf4", quantizationBits: 4, quantizationScheme: "nf4" } as const;
  test.each<[string, Partial<SettingColumns>, Record<string, SettingValue>, Partial<SettingColumns>]>([
    ["other bits", {}, { bits: 4 }, { method: "QLORA", quantizationLabel: "4bit", quantizationScheme: null }],
    ["the same bits", QLORA, { bits: 4 }, QLORA],
    [
      "8 bits, which are not QLoRA",
      QLORA,
      { bits: 8 },
      { method: "LORA", quantizationLabel: "8bit", quantizationScheme: null },
    ],
    ["DoRA keeps its kind", { method: "DORA" }, { bits: 4 }, { method: "QDORA" }],
    ["DoRA as stated", {}, { use_dora: true }, { method: "DORA" }],
    ["a method as stated", {}, { bits: 4, method: "FULL" }, { method: "FULL", quantizationBits: 4 }],
    ["a label as stated", {}, { bits: 4, quantization_label: "mine" }, { quantizationLabel: "mine" }],
    ["full fine-tuning stays what it is", { method: "FULL" }, { bits: 4 }, { method: "FULL", quantizationBits: 4 }],
    ["seed and examples", {}, { seed: 3, num_samples: 9 }, { seed: 3, numSamples: 9, method: "LORA" }],
  ])("%s", (_, imported, stated, expected) => {
    expect(withStatedSettings(columns(imported), new Map(Object.entries(stated)), true)).toMatchObject(expected);
  });

  test.each<[boolean, Method]>([
    [true, "QLORA"],
    [false, "UNKNOWN"],
  ])("bits make a run of unknown method QLoRA only if its rank is known: %s", (hasRank, method) => {
    const imported = columns({ method: "UNKNOWN", quantizationBits: null, quantizationLabel: "unknown" });
    expect(withStatedSettings(imported, new Map([["bits", 4]]), hasRank).method).toBe(method);
  });
});

test("similar names are close ones, closest first", () => {
  const known = ["learning_rate", "lr_decay", "epochs", "seed", "data_seed"];
  expect(nearMatches("learning-rates", known, 3)).toEqual(["learning_rate"]);
  expect(nearMatches("sede", known, 3)).toContain("seed");
  expect(nearMatches("zzzzzzzz", known, 3)).toEqual([]);
  expect(nearMatches("x".repeat(100_000), known, 3)).toEqual([]);
});

test("spellings of a setting have one stored name", () => {
  expect(["lr", "learningRate", "Learning rate", "learning_rate"].map(storedField)).toEqual(
    Array<string>(4).fill("learning_rate"),
  );
  expect(storedField("My.own_Name")).toBe("My.own_Name");
});

test("JSON that the store cannot hold has no text", () => {
  expect(storableJson("a\0")).toBeUndefined();
  expect(storableJson(["\ud800"])).toBe('["\ufffd"]');
  expect(storableJson("\u{1f600}")).toBe('"\u{1f600}"');
  expect(storableJson(2e-4)).toBe("0.0002");
});
