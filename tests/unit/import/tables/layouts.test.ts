import { describe, expect, test } from "vitest";
import { readStudy } from "../../../support/read-study.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../../../support/adapter-files.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

type Run = [
  name: string,
  method: string,
  bits: number | null,
  rank: number | null,
  seed: number | null,
  metrics: Record<string, number>,
];

const adapter = (folder: string, rank: number) => ({
  [`${folder}/adapter_config.json`]: adapterConfig({ r: rank }),
  [`${folder}/adapter_model.safetensors`]: safetensors(factorTensors(1, rank, 1)),
});

async function read(files: Record<string, string | Uint8Array>) {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  const { experiments, findings } = await readStudy(folder);
  const runs = experiments.map(({ name, method, quantization, rank, seed, metrics }): Run => [
    name,
    method,
    quantization.bits,
    rank,
    seed,
    Object.fromEntries(metrics.map((metric) => [metric.name, metric.value])),
  ]);
  return {
    runs,
    experiments,
    messages: findings.map(({ severity, code, message }) => `${severity} ${code}: ${message}`),
  };
}

/** The layouts of one file: its name, its content, and the runs that it has. */
const LAYOUTS: readonly [title: string, file: string, content: string, runs: Run[]][] = [
  [
    "names of runs with benchmarks only",
    "results.tsv",
    "run\tmmlu\tgsm8k\nlora-r8\t45.1\t20.2\nqlora-r8\t44.0\t18.9\nbase\t40.0\t10.0\n",
    [
      ["lora-r8", "LORA", 16, 8, null, { mmlu: 45.1, gsm8k: 20.2 }],
      ["qlora-r8", "QLORA", 4, 8, null, { mmlu: 44, gsm8k: 18.9 }],
      ["base", "BASE", 16, null, null, { mmlu: 40, gsm8k: 10 }],
    ],
  ],
  [
    "German headings, decimal commas, sides as columns and a mean",
    "Ergebnisse final.csv",
    "Modell;Rang;LoRA Loss;QLoRA Loss;Speicher (GB) LoRA;Speicher (GB) QLoRA\nLlama 3.2 1B;4;1,52;1,55;10,5;6,25\nMittelwert;;1,52;1,55;10,5;6,25\n",
    [
      ["lora_r4", "LORA", 16, 4, null, { loss: 1.52, peak_memory_mb: 10752 }],
      ["qlora_r4", "QLORA", 4, 4, null, { loss: 1.55, peak_memory_mb: 6400 }],
    ],
  ],
  [
    "French headings",
    "resultats.csv",
    "Méthode;Rang;Graine;Perte\nLoRA;8;1;1,5\nQLoRA;8;1;1,6\n",
    [
      ["LoRA_r8_s1", "LORA", 16, 8, 1, { loss: 1.5 }],
      ["QLoRA_r8_s1", "QLORA", 4, 8, 1, { loss: 1.6 }],
    ],
  ],
  [
    "Spanish headings",
    "resultados.csv",
    "método,rango,semilla,pérdida\nlora,8,1,1.5\nqlora,8,1,1.6\nmedia,,,1.55\n",
    [
      ["lora_r8_s1", "LORA", 16, 8, 1, { loss: 1.5 }],
      ["qlora_r8_s1", "QLORA", 4, 8, 1, { loss: 1.6 }],
    ],
  ],
  [
    "Chinese headings",
    "结果.csv",
    "方法,秩,随机种子,训练损失\nLoRA,8,1,1.5\nQLoRA,8,1,1.6\n平均,,,1.55\n",
    [
      ["LoRA_r8_s1", "LORA", 16, 8, 1, { training_loss: 1.5 }],
      ["QLoRA_r8_s1", "QLORA", 4, 8, 1, { training_loss: 1.6 }],
    ],
  ],
  [
    "Japanese headings",
    "結果.csv",
    "手法,ランク,シード,損失\nLoRA,8,1,1.5\nQLoRA,8,1,1.6\n平均,,,1.55\n",
    [
      ["LoRA_r8_s1", "LORA", 16, 8, 1, { loss: 1.5 }],
      ["QLoRA_r8_s1", "QLORA", 4, 8, 1, { loss: 1.6 }],
    ],
  ],
  [
    "nested objects by bits, then rank",
    "summary.json",
    '{"16bit": {"r=4": {"val_loss": 2.1}}, "4bit": {"r=4": {"val_loss": 2.15, "mem": 4000}}}',
    [
      ["16bit_r4", "LORA", 16, 4, null, { eval_loss: 2.1 }],
      ["4bit_r4", "QLORA", 4, 4, null, { eval_loss: 2.15, peak_memory_mb: 4000 }],
    ],
  ],
  [
    "nested objects by metric, method, seed and rank",
    "summary.json",
    '{"val_loss": {"lora": {"seed 1": {"8": 2.1}}, "qlora": {"seed 1": {"8": 2.2}}}}',
    [
      ["lora_s1_r8", "LORA", 16, 8, 1, { eval_loss: 2.1 }],
      ["qlora_s1_r8", "QLORA", 4, 8, 1, { eval_loss: 2.2 }],
    ],
  ],
  [
    "ranks as columns, with one row per method",
    "eval_loss.csv",
    "Method,r=4,r=8\nLoRA,1.5,1.4\nQLoRA,1.6,1.5\n",
    [
      ["LoRA_r4", "LORA", 16, 4, null, { eval_loss: 1.5 }],
      ["QLoRA_r4", "QLORA", 4, 4, null, { eval_loss: 1.6 }],
      ["LoRA_r8", "LORA", 16, 8, null, { eval_loss: 1.4 }],
      ["QLoRA_r8", "QLORA", 4, 8, null, { eval_loss: 1.5 }],
    ],
  ],
  [
    "pandas' pivot with ranks as numbers",
    "pivot_ppl.csv",
    "method,4,8\nlora,1.5,1.4\nqlora,1.6,1.5\n",
    [
      ["lora_r4", "LORA", 16, 4, null, { pivot_ppl: 1.5 }],
      ["qlora_r4", "QLORA", 4, 4, null, { pivot_ppl: 1.6 }],
      ["lora_r8", "LORA", 16, 8, null, { pivot_ppl: 1.4 }],
      ["qlora_r8", "QLORA", 4, 8, null, { pivot_ppl: 1.5 }],
    ],
  ],
  [
    "methods as columns, with one row per rank",
    "table.csv",
    "Rank,LoRA,QLoRA\n4,1.5,1.6\n",
    [
      ["lora_r4", "LORA", 16, 4, null, { value: 1.5 }],
      ["qlora_r4", "QLORA", 4, 4, null, { value: 1.6 }],
    ],
  ],
  [
    "metrics as rows and runs as columns",
    "table.csv",
    "Metric,LoRA r=4,QLoRA r=4\nEval loss,1.5,1.6\nMMLU,40.5,39\n",
    [
      ["lora_r_4", "LORA", 16, 4, null, { eval_loss: 1.5, mmlu: 40.5 }],
      ["qlora_r_4", "QLORA", 4, 4, null, { eval_loss: 1.6, mmlu: 39 }],
    ],
  ],
  [
    "names with rank and seed in words",
    "table.csv",
    "Config,Accuracy\nLoRA (r=8),0.5\nQLoRA r=8 seed 1,0.4\nQLoRA-4bit-r16-s1,0.45\nfull fine-tuning,0.6\n",
    [
      ["LoRA (r=8)", "LORA", 16, 8, null, { accuracy: 0.5 }],
      ["QLoRA r=8 seed 1", "QLORA", 4, 8, 1, { accuracy: 0.4 }],
      ["QLoRA-4bit-r16-s1", "QLORA", 4, 16, 1, { accuracy: 0.45 }],
      ["full fine-tuning", "FULL", 16, null, null, { accuracy: 0.6 }],
    ],
  ],
  [
    "an index of names without a heading",
    "table.csv",
    ",rank,score\nlora-a,8,0.5\nqlora-a,8,0.4\n",
    [
      ["lora-a", "LORA", 16, 8, null, { score: 0.5 }],
      ["qlora-a", "QLORA", 4, 8, null, { score: 0.4 }],
    ],
  ],
  [
    "base weights in a column Method",
    "table.csv",
    "Method,r,loss\nbf16,8,1.5\nNF4,8,1.6\nint8,8,1.55\n",
    [
      ["bf16_r8", "LORA", 16, 8, null, { loss: 1.5 }],
      ["int8_r8", "LORA", 8, 8, null, { loss: 1.55 }],
      ["NF4_r8", "QLORA", 4, 8, null, { loss: 1.6 }],
    ],
  ],
  [
    "numbers of bits in a column",
    "table.csv",
    "bits,rank,train loss,eval loss\n16,8,1.4,1.5\n4,8,1.5,1.6\n",
    [
      ["16bit_r8", "LORA", 16, 8, null, { training_loss: 1.4, eval_loss: 1.5 }],
      ["4bit_r8", "QLORA", 4, 8, null, { training_loss: 1.5, eval_loss: 1.6 }],
    ],
  ],
  [
    "pandas' to_json with orient=split",
    "table.json",
    '{"columns":["method","rank","loss"],"index":[0,1],"data":[["lora",8,1.5],["qlora",8,1.6]]}',
    [
      ["lora_r8", "LORA", 16, 8, null, { loss: 1.5 }],
      ["qlora_r8", "QLORA", 4, 8, null, { loss: 1.6 }],
    ],
  ],
  [
    "pandas' to_json with orient=table",
    "table.json",
    '{"schema":{"fields":[{"name":"method","type":"string"}]},"data":[{"index":0,"method":"lora","rank":8,"loss":1.5},{"index":1,"method":"qlora","rank":8,"loss":1.6}]}',
    [
      ["lora_r8", "LORA", 16, 8, null, { loss: 1.5 }],
      ["qlora_r8", "QLORA", 4, 8, null, { loss: 1.6 }],
    ],
  ],
  [
    "a list of runs in an object with common settings",
    "out.json",
    '{"seed": 3, "runs": [{"method": "lora", "rank": 8, "loss": 1.5}, {"method": "qlora", "rank": 8, "loss": 1.6}]}',
    [
      ["lora_r8_s3", "LORA", 16, 8, 3, { loss: 1.5 }],
      ["qlora_r8_s3", "QLORA", 4, 8, 3, { loss: 1.6 }],
    ],
  ],
  [
    "a sweep of learning rates without names, one row of which occurs twice",
    "sweep.csv",
    "method,rank,lr,bs,eval_loss\nlora,8,0.0001,16,1.5\nlora,8,0.0002,16,1.6\nlora,8,0.0002,16,1.6\n",
    [
      ["lora_r8_learning_rate=0.0001", "LORA", null, 8, null, { eval_loss: 1.5 }],
      ["lora_r8_learning_rate=0.0002", "LORA", null, 8, null, { eval_loss: 1.6 }],
    ],
  ],
  [
    "JSON Lines",
    "log.jsonl",
    '{"method": "lora", "rank": 8, "seed": 0, "val_loss": 1.5}\n{"method": "qlora", "rank": 8, "seed": 0, "val_loss": NaN}\n',
    [
      ["lora_r8_s0", "LORA", 16, 8, 0, { eval_loss: 1.5 }],
      ["qlora_r8_s0", "QLORA", 4, 8, 0, { eval_loss: NaN }],
    ],
  ],
  [
    "means with spreads, the number of runs, and words for missing values",
    "table.csv",
    "Method,Rank,val_loss (mean ± std),F1\nLoRA,8,1.52 ± 0.03 (n=3),0.50 (0.01)\nQLoRA,8,1.6 ± 0.1 (n=3),-\n",
    [
      ["LoRA_r8", "LORA", 16, 8, null, { eval_loss: 1.52, eval_loss_std: 0.03, eval_loss_n: 3, f1: 0.5, f1_std: 0.01 }],
      ["QLoRA_r8", "QLORA", 4, 8, null, { eval_loss: 1.6, eval_loss_std: 0.1, eval_loss_n: 3 }],
    ],
  ],
  [
    "means with standard errors as percentages",
    "table.csv",
    "Method,Rank,acc ± stderr\nLoRA,8,45.1% ± 0.5%\nQLoRA,8,44.0% ± 0.4%\n",
    [
      ["LoRA_r8", "LORA", 16, 8, null, { acc_percent: 45.1, acc_stderr: 0.5 }],
      ["QLoRA_r8", "QLORA", 4, 8, null, { acc_percent: 44, acc_stderr: 0.4 }],
    ],
  ],
  [
    "words in columns of numbers",
    "table.csv",
    "Method,Rank,Train Loss,Peak VRAM MB\nLoRA,8,1.5,OOM\nQLoRA,8,diverged,4000\nLoRA,4,1.6,8000\nFull,full,1.4,N/A\n",
    [
      ["LoRA_r4", "LORA", 16, 4, null, { training_loss: 1.6, peak_memory_mb: 8000 }],
      ["LoRA_r8", "LORA", 16, 8, null, { training_loss: 1.5 }],
      ["QLoRA_r8", "QLORA", 4, 8, null, { training_loss: NaN, peak_memory_mb: 4000 }],
      ["Full", "FULL", 16, null, null, { training_loss: 1.4 }],
    ],
  ],
  [
    "units in headings",
    "table.csv",
    "Method,r,mem [GiB],time (h),tokens/s\nLoRA,8,8,1.5,1200\nQLoRA,8,4,2,900\n",
    [
      ["LoRA_r8", "LORA", 16, 8, null, { peak_memory_mb: 8192, training_time_seconds: 5400, tokens_per_second: 1200 }],
      ["QLoRA_r8", "QLORA", 4, 8, null, { peak_memory_mb: 4096, training_time_seconds: 7200, tokens_per_second: 900 }],
    ],
  ],
  [
    "W&B's CSV",
    "wandb_export.csv",
    '"Name","State","Created","Runtime","config.lora_r","config.load_in_4bit","eval/loss"\n"fancy-sun-1","finished","2026-01-01T00:00:00Z","120","8","true","1.6"\n"old-moon-2","finished","2026-01-02T00:00:00Z","100","8","false","1.5"\n',
    [
      ["old-moon-2", "LORA", 16, 8, null, { training_time_seconds: 100, eval_loss: 1.5 }],
      ["fancy-sun-1", "QLORA", 4, 8, null, { training_time_seconds: 120, eval_loss: 1.6 }],
    ],
  ],
  [
    "MLflow's runs",
    "runs.csv",
    "run_id,experiment_id,status,metrics.eval_loss,params.rank,params.method,tags.mlflow.runName\nabc,0,FINISHED,1.5,8,lora,first\ndef,0,FINISHED,1.6,8,qlora,second\n",
    [
      ["first", "LORA", 16, 8, null, { eval_loss: 1.5 }],
      ["second", "QLORA", 4, 8, null, { eval_loss: 1.6 }],
    ],
  ],
  [
    "Optuna's trials",
    "trials.csv",
    ",number,value,datetime_start,duration,params_r,params_method,state\n0,0,1.5,2026-01-01,0 days,8,lora,COMPLETE\n1,1,1.6,2026-01-01,0 days,8,qlora,COMPLETE\n2,2,,2026-01-01,0 days,16,qlora,FAIL\n",
    [
      ["trial-0", "LORA", 16, 8, null, { value: 1.5 }],
      ["trial-1", "QLORA", 4, 8, null, { value: 1.6 }],
    ],
  ],
  [
    "pandas' two header rows",
    "pivot.csv",
    ",eval_loss,eval_loss,peak_memory_mb,peak_memory_mb\nmethod,lora,qlora,lora,qlora\nrank,,,,\n8,1.5,1.6,8000,4000\n",
    [
      ["lora_r8", "LORA", 16, 8, null, { eval_loss: 1.5, peak_memory_mb: 8000 }],
      ["qlora_r8", "QLORA", 4, 8, null, { eval_loss: 1.6, peak_memory_mb: 4000 }],
    ],
  ],
  [
    "seeds as columns of methods without a rank",
    "eval_loss.csv",
    "method,seed 0,seed 1\nfull,1.5,1.4\nlora,1.6,\n",
    [
      ["full_s0", "FULL", null, null, 0, { eval_loss: 1.5 }],
      ["full_s1", "FULL", null, null, 1, { eval_loss: 1.4 }],
      ["lora_s0", "LORA", null, null, 0, { eval_loss: 1.6 }],
    ],
  ],
  [
    "several tasks",
    "table.csv",
    "method,rank,task,acc\nlora,8,arc,0.5\nlora,8,piqa,0.7\n",
    [
      ["arc_lora_r8", "LORA", null, 8, null, { "arc/acc": 0.5 }],
      ["piqa_lora_r8", "LORA", null, 8, null, { "piqa/acc": 0.7 }],
    ],
  ],
];

describe("layouts of tables", () => {
  test.each(LAYOUTS)("%s", async (_, file, content, expected) => {
    const { runs } = await read({ [file]: content });
    expect(runs).toEqual(expected);
  });

  test("words that are no numbers, and assumptions, are warnings", async () => {
    const { messages } = await read({
      "table.csv": "Method,Rank,Loss,Mem MB\nLoRA,8,1.5 ± 0.1,OOM\nQLoRA,8,1.6 ± 0.1,4000\n",
    });
    expect(messages).toContainEqual(expect.stringMatching(/^warning UNITS_CONVERTED: .*mem_mb of row 1 is OOM/));
    expect(messages).toContainEqual(
      expect.stringContaining("the spread of loss is assumed to be the standard deviation"),
    );
  });

  test("a table that names no runs says what is missing and how to add it", async () => {
    const { runs, messages } = await read({ "table.csv": "epoch,score\n1,0.5\n2,0.6\n" });
    expect(runs).toEqual([]);
    expect(messages).toEqual([
      expect.stringMatching(
        /^warning NOT_UNDERSTOOD: This is a table of epoch, score that names no runs\. .*Add a column run/,
      ),
    ]);
  });

  test("pivots of two metrics are joined to the same runs", async () => {
    const { runs } = await read({
      "eval_loss.csv": "Method,r=4,r=8\nLoRA,1.5,1.4\nQLoRA,1.6,1.5\n",
      "peak_memory_mb.csv": "Method,r=4,r=8\nLoRA,8000,8100\nQLoRA,4000,4100\n",
    });
    expect(runs.map(([name, , , , , metrics]) => [name, metrics])).toEqual([
      ["LoRA_r4", { eval_loss: 1.5, peak_memory_mb: 8000 }],
      ["QLoRA_r4", { eval_loss: 1.6, peak_memory_mb: 4000 }],
      ["LoRA_r8", { eval_loss: 1.4, peak_memory_mb: 8100 }],
      ["QLoRA_r8", { eval_loss: 1.5, peak_memory_mb: 4100 }],
    ]);
  });

  test("a curve that TensorBoard's page saved belongs to the run of its file's name", async () => {
    const { experiments } = await read({
      "run-qlora_r8-tag-train_loss.csv": "Wall time,Step,Value\n1700000000.5,10,2.5\n1700000001.5,20,2.25\n",
    });
    expect(experiments).toMatchObject([
      { name: "qlora_r8", rank: 8, series: [{ name: "train_loss", steps: [10, 20], values: [2.5, 2.25] }] },
    ]);
  });

  test("tables of a README are read, and those without runs are not reported", async () => {
    const { runs, messages } = await read({
      "README.md":
        "# Study\n\n| Argument | Value |\n| --- | --- |\n| lr | 2 |\n\n| Method | Rank | **Eval loss** |\n|:--|--:|--:|\n| LoRA | 8 | 1.5 |\n| QLoRA | 8 | **1.6** |\n",
    });
    expect(runs).toEqual([
      ["LoRA_r8", "LORA", 16, 8, null, { eval_loss: 1.5 }],
      ["QLoRA_r8", "QLORA", 4, 8, null, { eval_loss: 1.6 }],
    ]);
    expect(messages.some((message) => message.includes("NOT_UNDERSTOOD"))).toBe(false);
  });

  test("a README beside tables adds metrics to their runs, and no runs", async () => {
    const { runs, messages } = await read({
      "results.csv": "run,rank,quantization,eval_loss\nfirst,8,16bit,1.512\nsecond,8,4bit,1.624\n",
      "README.md":
        "| Method | r | Eval loss | MMLU |\n|-|-|-|-|\n| LoRA | 8 | 1.51 | 40 |\n| QLoRA | 8 | 1.62 | 39 |\n| QLoRA | 16 | 1.6 | 41 |\n",
    });
    expect(runs).toEqual([
      ["first", "LORA", 16, 8, null, { eval_loss: 1.512 }],
      ["second", "QLORA", 4, 8, null, { eval_loss: 1.624, mmlu: 39 }],
    ]);
    expect(messages).toContainEqual(
      expect.stringMatching(/^warning ROWS_AMBIGUOUS: 2 rows belong to no run of the other files .*LoRA_r8, QLoRA_r16/),
    );
  });

  test("two tables with names of their own for the same runs are joined", async () => {
    const { runs } = await read({
      "a.csv": "method,rank,eval_loss\nlora,8,1.5\nqlora,8,1.6\n",
      "b.csv": "run,mmlu\nLoRA (r=8),40\nQLoRA (r=8),39\n",
    });
    expect(runs.map(([name, , , , , metrics]) => [name, metrics])).toEqual([
      ["lora_r8", { eval_loss: 1.5, mmlu: 40 }],
      ["qlora_r8", { eval_loss: 1.6, mmlu: 39 }],
    ]);
  });

  test("a table beside adapters joins their runs", async () => {
    const { runs } = await read({
      ...adapter("out/my-lora-r8", 8),
      ...adapter("out/my-qlora-r8", 8),
      "scores.csv": "Method,Rank,mmlu\nLoRA,8,40\nQLoRA,8,39\n",
    });
    expect(runs.map(([name, method, , , , metrics]) => [name, method, metrics])).toEqual([
      ["my-lora-r8", "LORA", { mmlu: 40 }],
      ["my-qlora-r8", "QLORA", { mmlu: 39 }],
    ]);
  });

  test("the table that lm-evaluation-harness prints is an evaluation of the run that its file names", async () => {
    const { runs, experiments } = await read({
      "runs.csv": "method,rank,eval_loss\nlora,8,1.5\nqlora,8,1.6\n",
      "lora_r8.md":
        "|Tasks|Version|Filter|n-shot|Metric|   |Value |   |Stderr|\n|-----|------:|------|-----:|------|---|-----:|---|-----:|\n|arc_easy|      1|none  |     0|acc   |↑  |0.6000|±  |0.0100|\n|        |       |none  |     0|acc_norm|↑  |0.5500|±  |0.0100|\n",
    });
    expect(runs[0]?.[5]).toMatchObject({ "arc_easy/acc": 0.6, "arc_easy/acc_norm": 0.55 });
    expect(experiments[0]?.evaluations[0]).toMatchObject({
      shots: 0,
      standardError: 0.01,
      taskVersion: "1",
      higherIsBetter: true,
    });
  });
});
