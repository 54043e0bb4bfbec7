import { beforeAll, describe, expect, test } from "vitest";
import { readStudy, type OneStudy } from "../../support/read-study.js";
import { GPT2_STUDY, missingSharedStudy } from "../../support/shared-study.js";

const missing = missingSharedStudy();

describe.skipIf(missing)(`the public gpt2-medium study${missing === undefined ? "" : ` (${missing})`}`, () => {
  let study: OneStudy;
  beforeAll(async () => {
    study = await readStudy(GPT2_STUDY);
  });

  const experiment = (name: string) => {
    const found = study.experiments.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no experiment ${name}`);
    return found;
  };

  test("has 8 experiments at 4 ranks, with the unquantized run of each rank first", () => {
    const names = [2, 4, 8, 16].flatMap((r) => [`16bit_r${r}`, `4bit_r${r}`]);
    expect(study.experiments.map(({ name }) => name)).toEqual(names);
    expect(study.experiments.map(({ rank }) => rank)).toEqual([2, 2, 4, 4, 8, 8, 16, 16]);
    expect(new Set(study.experiments.map(({ method }) => method))).toEqual(new Set(["LORA", "QLORA"]));
    expect(experiment("4bit_r8").quantization).toEqual({ label: "4bit", bits: 4, scheme: "nf4" });
    expect(study.baseModel).toBe("gpt2-medium");
  });

  test("has the attention input projections of 24 blocks in model order", () => {
    expect(study.layers.map(({ name }) => name)).toEqual(
      Array.from({ length: 24 }, (_, i) => `transformer.h.${i}.attn.c_attn`),
    );
    expect(study.layers.every(({ inFeatures, outFeatures }) => inFeatures === 1024 && outFeatures === 3072)).toBe(true);
  });

  test("has two checkpoints per run, of which the last step is also the final model, and none at rank 16", () => {
    for (const { rank, checkpoints } of study.experiments) {
      const expected =
        rank === 16
          ? []
          : [
              [900, false, 1, 24],
              [1000, true, 2, 24],
            ];
      expect(
        checkpoints.map(({ step, isFinal, folders, factors }) => [step, isFinal, folders.length, factors.length]),
      ).toEqual(expected);
    }
    expect(study.findings.filter(({ code }) => code === "CONFIG_WITHOUT_ADAPTER").map(({ where }) => where)).toEqual([
      "results_baseline_lora/16bit_r16",
      "results_qlora/4bit_r16",
    ]);
  });

  test("has metrics in the full precision of the pickles, and the final eval loss of the trainer state", () => {
    const { metrics, steps, numSamples, seed } = experiment("16bit_r8");
    const values = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    expect(values).toMatchObject({
      training_loss: 1.973717908859253,
      peak_memory_mb: 11632.17138671875,
      time_per_step_seconds: 1.0023322780132293,
    });
    expect(values["eval_loss"]).toBeCloseTo(1.8091993, 7);
    expect([steps, numSamples, seed]).toEqual([1000, 5000, null]);
    expect(metrics.find(({ name }) => name === "training_loss")?.source).toBe(
      "results_baseline_lora/baseline_results.pkl",
    );
  });

  test("has the logged curves of every run", () => {
    for (const { series } of study.experiments) {
      const points = Object.fromEntries(series.map(({ name, steps }) => [name, steps.length]));
      expect(points).toMatchObject({ loss: 100, grad_norm: 100, learning_rate: 100, eval_loss: 20 });
    }
  });

  test("imports without errors, and recognizes its rounded tables and summaries", () => {
    expect(study.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const places = (code: string) =>
      study.findings.filter((finding) => finding.code === code).map(({ where }) => where);
    expect(places("ROUNDED_VALUES")).toEqual([
      "results_baseline_lora/baseline_lora_results.csv",
      "results_qlora/qlora_results.csv",
    ]);
    expect(places("SUMMARY_TABLE_RECOGNISED")).toEqual([
      "results/tables/diagnostic_summary.pkl",
      "results/tables/memory_comparison.csv",
    ]);
    expect(places("CONFLICTING_VALUES")).toEqual([]);
  });
});
