import { expect, test } from "vitest";
import { writeFiles } from "../../support/adapter-files.js";
import { readStudy } from "../../support/read-study.js";
import * as folders from "../../support/strangers-folders.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

async function read(files: folders.FilesOfFolder) {
  const root = await temporaryFolder();
  await writeFiles(root, files);
  const study = await readStudy(root);
  const runs = study.experiments.map(({ name, method, quantization, rank, seed, metrics, series, ...rest }) => ({
    name,
    method,
    bits: quantization.bits,
    rank,
    seed,
    metrics: Object.fromEntries(metrics.map((metric) => [metric.name, metric.value])),
    curves: Object.fromEntries(series.map((curve) => [curve.name, curve.steps])),
    ...rest,
  }));
  const codes = study.findings.filter(({ severity }) => severity !== "info").map(({ code }) => code);
  return { study, runs, codes };
}

test("what the Trainer prints into logs of jobs, one log per run", async () => {
  const { runs, study } = await read(folders.JOB_LOGS);
  expect(runs).toMatchObject([
    { name: "lora_r8_seed1", method: "LORA", rank: 8, seed: 1, curves: {} },
    { name: "qlora_r8_seed1", method: "QLORA", rank: 8, seed: 1 },
  ]);
  // Without a progress bar, only the last figures are certain.
  expect(runs[0]?.metrics).toMatchObject({ eval_loss: 1.4, training_loss: 1.51, training_time_seconds: 1034.5 });
  expect(study.findings.find(({ where }) => where === "logs/lora_r8_seed1.out")?.message).toContain("no progress bar");
  expect(runs[1]?.metrics).toMatchObject({ eval_loss: 1.45, training_loss: 1.61 });
  expect(runs[1]?.curves).toMatchObject({ loss: [10, 20], learning_rate: [10, 20], eval_loss: [20] });
});

test("a loop of somebody's own with arguments and lists per epoch", async () => {
  const { runs, study, codes } = await read(folders.OWN_LOOP);
  expect(study.baseModel).toBe("roberta-base");
  expect(runs).toMatchObject([
    { name: "exp_lora_r4", bits: 16, rank: 4, seed: 42, metrics: { eval_loss: 0.5, val_acc: 0.82 } },
    { name: "exp_qlora_r4", bits: 4, rank: 4, seed: 42, curves: { loss: [1, 2, 3], eval_loss: [1, 2, 3] } },
  ]);
  expect(codes).toEqual([]);
  // The lists have a value per epoch, which is no optimizer step.
  expect(study.experiments.flatMap(({ series }) => series.map(({ byEpoch }) => byEpoch))).not.toContain(undefined);
});

test("Lightning's metrics.csv beside hparams.yaml", async () => {
  const { runs, study } = await read(folders.LIGHTNING);
  expect(study.baseModel).toBe("EleutherAI/pythia-410m");
  expect(runs).toMatchObject([
    { name: "version_0", bits: 16, rank: 8, seed: 1337, metrics: { eval_loss: 2.1 }, curves: { loss: [9, 19] } },
    { name: "version_1", bits: 4, method: "QLORA", metrics: { eval_loss: 2.6 }, curves: { eval_loss: [19, 29] } },
  ]);
});

test("an evaluation of LLaMA-Factory belongs to the adapter that it evaluated", async () => {
  const { runs, codes } = await read(folders.LLAMA_FACTORY);
  expect(runs).toMatchObject([{ name: "sft_r8", bits: 4, rank: 8, metrics: { "predict_bleu-4": 31.2 } }]);
  expect(runs[0]?.predictions).toMatchObject([{ n: 2 }]);
  expect(codes).toEqual([]);
});

test("trials of Ray Tune", async () => {
  const { runs, codes } = await read(folders.RAY_TUNE);
  expect(runs).toMatchObject([
    { rank: 8, bits: 4, metrics: { eval_loss: 1.7 }, curves: { eval_loss: [1, 2] } },
    { rank: 16, bits: 4, metrics: { eval_loss: 1.6 } },
  ]);
  expect(Object.keys(runs[0]?.curves ?? {})).toEqual(["eval_loss"]);
  expect(codes).toEqual([]);
});

test("metrics.json that names its run by a path is that run's", async () => {
  const { runs } = await read(folders.QLORA_REPOSITORY);
  expect(runs).toMatchObject([
    {
      name: "guanaco-7b-r16",
      rank: 16,
      metrics: { training_loss: 1, mmlu_accuracy: 0.39 },
      curves: { loss: [10, 20] },
    },
    { name: "guanaco-7b-r64", rank: 64, metrics: { training_loss: 0.9, mmlu_accuracy: 0.41 } },
  ]);
});

test("a paper's table with full fine-tuning", async () => {
  const { runs } = await read(folders.GLUE_TABLE);
  expect(runs).toMatchObject([
    { method: "LORA", rank: 8, metrics: { mnli: 87.5 } },
    { method: "QLORA", rank: 8, metrics: { mnli: 87.1 } },
    { method: "FULL", rank: null, metrics: { mnli: 87.6 } },
  ]);
});

test("experiments with objects of their configuration and metrics", async () => {
  const { runs, study } = await read(folders.NESTED);
  expect(study.baseModel).toBe("meta-llama/Llama-3.2-1B");
  expect(runs).toMatchObject([
    { bits: 16, rank: 8, seed: 0, metrics: { training_loss: 1, eval_loss: 1.2, eval_perplexity: 3.32 } },
    { bits: 4, rank: 8, seed: 0, metrics: { training_loss: 1.1, eval_loss: 1.3 } },
  ]);
  expect(runs.flatMap(({ metrics }) => Object.keys(metrics))).not.toContain("id");
});

test("figures as lines of text", async () => {
  const { runs } = await read(folders.TEXT_RESULTS);
  expect(runs).toMatchObject([
    { name: "lora_r8", metrics: { eval_loss: 1.23, perplexity: 3.42, training_loss: 1.1 } },
    { name: "qlora_r8", metrics: { eval_loss: 1.3 } },
  ]);
});

test("evaluations alone know their base model", async () => {
  const { runs, study } = await read(folders.EVALUATIONS);
  expect(study.baseModel).toBe("org/Llama-1B");
  expect(runs).toMatchObject([
    { name: "lora-r8", method: "LORA", rank: 8 },
    { name: "qlora-r8", method: "QLORA", rank: 8, bits: 4 },
    { name: "Llama-1B", method: "BASE", rank: null, metrics: { "hellaswag/acc": 0.4 } },
  ]);
});

test("a CSV log and final figures in each run's folder; figures above the runs belong to none", async () => {
  const { runs, study } = await read(folders.CSV_LOGS);
  expect(runs.map(({ name }) => name)).toEqual(["r4_16bit", "r4_4bit"]);
  expect(runs[1]).toMatchObject({
    metrics: { eval_loss: 2.1, peak_memory_mb: 5.2 * 1024, training_time_seconds: 321 },
    curves: { loss: [10, 20, 30], learning_rate: [10, 20, 30] },
  });
  expect(study.findings.find(({ code }) => code === "FILE_OF_NO_RUN")?.message).toContain("runs/summary.json");
  // The last row of the other log is incomplete.
  expect(study.findings).toContainEqual(expect.objectContaining({ where: "runs/r4_16bit/log.csv" }));
});

test("PEFT's method_comparison has the figures of its own tables", async () => {
  const { runs } = await read(folders.METHOD_COMPARISON);
  expect(runs[0]).toMatchObject({
    rank: 32,
    seed: 0,
    metrics: { test_accuracy: 0.48, training_loss: 0.6, peak_memory_mb: 1024, training_time_seconds: 1900.5 },
  });
});

test("a workbook beside results is named, with what to do", async () => {
  const { study } = await read({ ...folders.GLUE_TABLE, "results/results.xlsx": "PK" });
  const message = expect.stringMatching(/results\.xlsx\. .*save each sheet as CSV/) as string;
  expect(study.findings).toContainEqual({ severity: "warning", code: "NOT_UNDERSTOOD", where: ".", message });
});

test("logs of batch jobs are runs of their own, but for a job that continues another one's steps", async () => {
  const { runs, study } = await read(folders.SLURM_LOGS);
  expect(runs.map(({ name, curves }) => [name, curves["loss"]])).toEqual([
    ["slurm-998", [10, 20, 30, 40, 50]],
    ["slurm-1002", [10, 20]],
  ]);
  const loss = study.experiments[0]?.series.find(({ name }) => name === "loss");
  expect(loss?.values).toEqual([3, 2.5, 2.1, 2, 1.9]);
  expect(study.findings).toContainEqual(expect.objectContaining({ code: "TRAINING_RESTARTED" }));
});

test("Axolotl's configurations in a folder of their own", async () => {
  const { runs, study, codes } = await read(folders.AXOLOTL);
  expect(study.baseModel).toBe("NousResearch/Llama-2-7b-hf");
  expect(runs).toMatchObject([
    { name: "lora-out", bits: 16, method: "LORA", rank: 32, seed: 42, curves: { loss: [10, 20], eval_loss: [20] } },
    { name: "qlora-out", bits: 4, method: "QLORA", rank: 32, seed: 42, metrics: { eval_loss: 1.3 } },
  ]);
  expect(codes).toEqual([]);
});

test("MLX-LM's logs without the adapters: one base model, quantized as MLX does", async () => {
  const { runs, study } = await read(folders.MLX_LOGS);
  expect(study.baseModel).toBe("mlx-community/Llama-3.2-1B-Instruct-bf16");
  expect(runs).toMatchObject([
    { name: "adapters_bf16_r8", bits: 16, rank: 8, seed: 0, curves: { loss: [10, 20, 30], eval_loss: [1, 30] } },
    { name: "adapters_4bit_r8", bits: 4, rank: 8, metrics: { eval_loss: 1.51 } },
  ]);
  expect(study.experiments[1]?.quantization.scheme).toBe("affine");
  const missing = study.findings.find(({ code }) => code === "CONFIG_WITHOUT_ADAPTER");
  expect(missing?.message).toContain("beside it in the run's folder");
});

test("a spreadsheet's CSV with German headings, units in brackets, and a row of means in the first column", async () => {
  const { runs, study } = await read(folders.ODD_HEADINGS);
  expect(runs).toMatchObject([
    { name: "LoRA bf16_r8_s0", bits: 16, rank: 8, seed: 0, metrics: { eval_loss: 1.234, accuracy_percent: 71.2 } },
    { name: "LoRA bf16_r8_s1", metrics: { peak_memory_mb: 22.1 * 1024, training_time_seconds: 5400 } },
    { name: "QLoRA nf4_r8_s0", bits: 4, method: "QLORA" },
    { name: "QLoRA nf4_r8_s1", metrics: { eval_loss: 1.271 } },
  ]);
  expect(runs.flatMap(({ metrics }) => Object.keys(metrics))).not.toContain("nr");
  expect(study.findings.find(({ code }) => code === "TOTALS_LEFT_OUT")?.message).toContain("Mittelwert");
});

test("a notebook's table; its pickle of a class is refused by name", async () => {
  const { runs, study } = await read(folders.NOTEBOOK);
  expect(runs).toMatchObject([
    { name: "lora-r4", bits: 16, rank: 4, metrics: { training_loss: 1.8, eval_loss: 1.95, peak_memory_mb: 8120 } },
    { name: "qlora-r4", bits: 4, metrics: { training_loss: 1.85, eval_loss: 2.01 } },
  ]);
  const refused = study.findings.find(({ where }) => where === "notebooks/results.pkl");
  expect(refused?.message).toContain("__main__.Experiment");
});
