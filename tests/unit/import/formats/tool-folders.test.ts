import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readStudy } from "../../../support/read-study.js";
import { fixtureFile } from "../../../support/fixture-file.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Makes a study of one run, whose metrics come from closing figures of the Trainer, and adds the files of other tools. */
async function studyWith(files: Readonly<Record<string, string>>): Promise<string> {
  const study = await temporaryFolder();
  const run = path.join(study, "4bit_r8_s1");
  await cp(fixtureFile("trainer-results"), run, { recursive: true });
  await rm(path.join(run, "made-by.json"));
  await writeFile(path.join(study, "4bit_r8_s2.csv"), "experiment,eval_loss\n4bit_r8_s2,2.5\n");
  for (const [target, source] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(study, target)), { recursive: true });
    await cp(fixtureFile(source), path.join(study, target), { recursive: true });
  }
  return study;
}

async function read(files: Readonly<Record<string, string>>) {
  const { experiments, findings } = await readStudy(await studyWith(files));
  const named = (name: string) => experiments.find((experiment) => experiment.name === name);
  return {
    run: named("4bit_r8_s1"),
    other: named("4bit_r8_s2"),
    names: experiments.map(({ name }) => name),
    findings,
  };
}

test("closing figures, TensorBoard events and trainer_log.jsonl describe the run in whose folder they lie", async () => {
  const { run, findings } = await read({
    "4bit_r8_s1/runs/Nov27_02-25-13_host": "tensorboard/trainer",
    "4bit_r8_s1/trainer_log.jsonl": "llama-factory/trainer_log.jsonl",
  });
  const curve = (name: string) => run?.series.find((series) => series.name === name);
  expect(curve("loss")?.steps).toEqual([10, 20, 30, 40, 50, 60]);
  expect(curve("learning_rate")?.steps).toEqual([10, 20, 30, 40]);
  expect(findings.find(({ code }) => code === "TRAINING_RESTARTED")?.message).toContain("step 30");
});

test("records of experiment trackers join the runs of their names", async () => {
  const { run, other, names } = await read({
    "mlflow.db": "mlflow/mlflow.db",
    "trackio/lora.db": "trackio/lora.db",
    "trackio/lora.db-wal": "trackio/lora.db-wal",
    "wandb/offline-run-20261127_022513-abcd1234/run-abcd1234.wandb": "wandb/run-abcd1234.wandb",
  });
  expect(names.sort()).toEqual(["4bit_r8_s1", "4bit_r8_s2"]);
  expect(run?.series.find(({ name }) => name === "loss")?.steps).toEqual([10, 20, 30]);
  expect(other?.series.find(({ name }) => name === "loss")?.values).toEqual([2.75, 2.25, 1.75]);
});

test("MLflow's file store gives its runs without a finding for its files", async () => {
  const { names, findings } = await read({ mlruns: "mlflow/mlruns" });
  expect(names.sort()).toEqual(["4bit_r8_s1", "4bit_r8_s2"]);
  expect(findings.filter(({ code }) => code === "NOT_UNDERSTOOD")).toEqual([]);
});

test("LLaMA-Factory's predictions are those of the run in whose folder they lie", async () => {
  const { run } = await read({ "4bit_r8_s1/generated_predictions.jsonl": "llama-factory/generated_predictions.jsonl" });
  const [set] = run?.predictions ?? [];
  expect(set).toMatchObject({ task: "generated_predictions", tool: "LLaMA-Factory", n: 3, identity: "POSITION" });
  // One of the three answers is wrong; two have letters outside of ASCII.
  expect([...(set?.exact ?? [])]).toEqual([1, 0, 1]);
});

test("an evaluation's results are metrics of the run whose adapter it names", async () => {
  const { run } = await read({ evaluations: "lm-eval" });
  expect(
    run?.metrics
      .map(({ name }) => name)
      .filter((name) => name.startsWith("sums/"))
      .sort(),
  ).toEqual(["sums/acc", "sums/acc_stderr"]);
});

test("a half-written event file is named and read up to its end", async () => {
  const study = await studyWith({ "4bit_r8_s1/logs": "tensorboard/tensors" });
  const folder = path.join(study, "4bit_r8_s1/logs");
  const [name = ""] = await readdir(folder);
  const bytes = await readFile(path.join(folder, name));
  await writeFile(path.join(folder, name), bytes.subarray(0, bytes.length - 2));
  const { experiments, findings } = await readStudy(study);
  expect(findings.find(({ code }) => code === "FILE_INCOMPLETE")?.where).toBe(`4bit_r8_s1/logs/${name}`);
  expect(
    experiments.find((run) => run.name === "4bit_r8_s1")?.series.find((curve) => curve.name === "loss")?.steps,
  ).toEqual([0, 1]);
});
