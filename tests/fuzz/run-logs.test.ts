import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { expect } from "vitest";
import { parseKlDivergence } from "#src/import/evaluations/parse-kl-divergence.js";
import { parseLighteval } from "#src/import/evaluations/parse-lighteval.js";
import { parseLmEval } from "#src/import/evaluations/parse-lm-eval.js";
import { parseMethodComparison } from "#src/import/evaluations/parse-method-comparison.js";
import { parseResultMetrics } from "#src/import/logs/parse-result-metrics.js";
import { parseTextLog } from "#src/import/logs/parse-text-log.js";
import { parseTrainerLog } from "#src/import/logs/parse-trainer-log.js";
import { WANDB_CONFIG } from "#src/import/formats/tracking-stores.js";
import { readMlflowDatabase } from "#src/import/mlflow/read-mlflow-database.js";
import { readMlflowRun } from "#src/import/mlflow/read-mlflow-run.js";
import { readSqlite } from "#src/import/sqlite/read-sqlite.js";
import { tableColumns } from "#src/import/sqlite/table-columns.js";
import { readOptunaDatabase } from "#src/import/trackers/read-optuna-database.js";
import { readTrackioDatabase } from "#src/import/trackers/read-trackio-database.js";
import { readWandbFile } from "#src/import/wandb/read-wandb-file.js";
import { readEventFile } from "#src/import/tensorboard/read-event-file.js";
import { eventFileOf, eventOf, recordsOf } from "../support/event-file.js";
import { fixtureFile } from "../support/fixture-file.js";
import { fuzz, readOrRefused } from "../support/fuzz.js";
import { mutated, mutatedJson } from "../support/mutations.js";

const scalar = fc.record({
  tag: fc.constantFrom("train/loss", "eval/loss", "__proto__"),
  step: fc.nat(2 ** 40),
  value: fc.float({ noNaN: true }),
  form: fc.constantFrom("simple" as const, "tensor" as const),
});
const scalars = fc.array(scalar, { maxLength: 8 });

fuzz("event files: what was written is read, the later value of a step", scalars, async (written, file) => {
  const { curves, damage } = await readEventFile(await file(eventFileOf(written)), "e");
  expect(damage).toBeNull();
  const expected = new Map<string, Map<number, number>>();
  for (const { tag, step, value } of written) {
    expected.set(tag, (expected.get(tag) ?? new Map<number, number>()).set(step, value));
  }
  expect(new Set(curves.keys())).toEqual(new Set(expected.keys()));
  for (const [tag, curve] of curves) {
    expect(new Map(curve.steps.map((step, i) => [step, curve.values[i]]))).toEqual(expected.get(tag));
  }
});

fuzz(
  "event files whose bytes were changed are read or refused",
  mutated(scalars.map(eventFileOf)),
  async (bytes, file) => {
    const place = await file(bytes);
    await readOrRefused(() => readEventFile(place, "e"));
  },
);

const message = mutated(scalar.map((written) => eventOf(written)));
fuzz("events that say odd things in a valid record are read or refused", message, async (bytes, file) => {
  const place = await file(recordsOf([bytes]));
  await readOrRefused(() => readEventFile(place, "e"));
});

const fixture = (...names: readonly string[]) => fc.constant(readFileSync(fixtureFile(...names)));
const logText = fc.oneof(
  fixture("llama-factory", "trainer_log.jsonl"),
  fixture("torchtune", "log_1795746313.txt"),
  fixture("trainer-results", "all_results.json"),
  fc.constant(
    "Iter 10: Train loss 2.105, Learning Rate 1.000e-05\n  10    2.105 ▼    1,245      4.8k\nMean KLD: 0.1 ± 0.2",
  ),
);
fuzz("logs as text whose bytes were changed are read or refused", mutated(logText), async (bytes) => {
  const text = bytes.toString("utf8");
  await readOrRefused(() => parseTrainerLog(text, "l"));
  await readOrRefused(() => parseTextLog(text, "l"));
  await readOrRefused(() => parseResultMetrics(text, "l"));
  await readOrRefused(() => parseKlDivergence(text));
});

const evaluation = fc.constant({
  config: { model_args: "pretrained=a,peft=b" },
  versions: { task: 1 },
  "n-shot": { task: 5 },
  results: { task: { "acc,none": 0.5, "acc_stderr,none": "N/A" }, "lighteval|task|5": { acc: 0.5, acc_stderr: 0.1 } },
  config_general: { model_name: "a" },
  run_info: { experiment_name: "a", train_config: { seed: 1 }, peft_config: { r: 4 } },
  train_info: { metrics: [{ step: 1, "train loss": 2 }] },
});
fuzz("evaluations that say odd things are read or refused", mutatedJson(evaluation), async (text) => {
  const value: unknown = JSON.parse(text);
  await readOrRefused(() => parseLmEval(value, "e"));
  await readOrRefused(() => parseLighteval(value, "e"));
  await readOrRefused(() => parseMethodComparison(value, "e"));
});

const wandbFile = fixture("wandb", "run-abcd1234.wandb");
fuzz("W&B files whose bytes were changed are read or refused", mutated(wandbFile), async (bytes, file) => {
  const place = await file(bytes);
  await readOrRefused(() => readWandbFile(place, "w"));
});

const wandbConfig = fc.constant(
  "wandb_version: 1\n_wandb:\n  value: {cli_version: 0.31.0}\nlr: {desc: null, value: 2.0e-4}\nlora:\n  value: {r: 8, targets: [q, v]}\n",
);
fuzz(
  "W&B configurations whose text was changed are read or refused",
  mutated(wandbConfig),
  async (bytes, file) => {
    const place = await file(bytes);
    await writeFile(path.join(path.dirname(place), "wandb-summary.json"), bytes);
    await readOrRefused(() => WANDB_CONFIG.read({ path: place, where: "wandb/run-1/files/config.yaml" }));
  },
  { share: 0.3 },
);

const points = fc.constant("1732700000000 1.5 10\n1732700001000 nan 20\n1732700002000 -inf 30\n");
fuzz(
  "runs of MLflow's file store whose text was changed are read or refused",
  mutated(points),
  async (bytes, file) => {
    const run = path.dirname(await file(bytes));
    for (const name of ["params/lr", "tags/mlflow.runName", "metrics/train/loss"]) {
      await mkdir(path.join(run, path.dirname(name)), { recursive: true });
      await writeFile(path.join(run, name), bytes);
    }
    await readOrRefused(() => readMlflowRun(run, "m"));
  },
  { share: 0.3 },
);

const databases = fc.oneof(
  fixture("mlflow", "mlflow.db"),
  fixture("trackio", "lora.db"),
  fixture("optuna", "optuna.db"),
);
fuzz(
  "databases whose bytes were changed are read or refused",
  mutated(databases),
  async (bytes, file) => {
    const place = await file(bytes);
    await readOrRefused(() => readSqlite(place, "d", (tables) => readMlflowDatabase(tables, "d")));
    await readOrRefused(() => readSqlite(place, "d", (tables) => readTrackioDatabase(tables, "d")));
    await readOrRefused(() => readSqlite(place, "d", (tables) => readOptunaDatabase(tables, "d")));
  },
  { share: 0.3 },
);

const statement = fc.constant(
  "CREATE TABLE t (id INTEGER NOT NULL, \"a b\" TEXT DEFAULT 'x,y', PRIMARY KEY (id), CHECK (id > 0))",
);
fuzz("statements of tables whose text was changed give columns, or none", mutated(statement), (bytes) => {
  tableColumns(bytes.toString("utf8"));
});
