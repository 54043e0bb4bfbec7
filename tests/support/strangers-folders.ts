/** Folders as the tools of different people leave them, by the kind of tool. All content is made up. */

export type FilesOfFolder = Readonly<Record<string, string>>;

const lines = (...values: readonly string[]): string => `${values.join("\n")}\n`;
const json = (value: unknown): string => JSON.stringify(value);

/** Logs of batch jobs of TRL, of which nothing else was kept. The second one has no progress bar. */
export const JOB_LOGS: FilesOfFolder = {
  "logs/qlora_r8_seed1.out": lines(
    "Loading checkpoint shards: 100%|####| 2/2 [00:05<00:00,  2.71s/it]",
    "trainable params: 4,194,304 || all params: 6,742,609,920 || trainable%: 0.0622",
    "  1%|1  | 10/1000 [00:10<16:30,  1.00s/it]{'loss': 1.8, 'grad_norm': 0.61, 'learning_rate': 2e-04, 'epoch': 0.01}",
    "  2%|2  | 20/1000 [00:20<16:20,  1.00s/it]\r{'loss': '1.5', 'grad_norm': '0.5', 'learning_rate': '0.0001', 'epoch': '0.02'}",
    "{'eval_loss': 1.45, 'eval_runtime': 12.3, 'epoch': 0.02}",
    "{'train_runtime': 1234.5, 'train_samples_per_second': 3.2, 'train_loss': 1.61, 'epoch': 0.02}",
  ),
  "logs/lora_r8_seed1.out": lines(
    "{'loss': 1.7, 'grad_norm': 0.61, 'learning_rate': 0.0002, 'epoch': 0.01}",
    "{'eval_loss': 1.40, 'eval_runtime': 12.3, 'epoch': 0.02}",
    "{'train_runtime': 1034.5, 'train_loss': 1.51, 'epoch': 0.02}",
  ),
};

const ownLoop = (loadIn4Bit: boolean, losses: readonly number[]): FilesOfFolder => ({
  "args.json": json({ model_name: "roberta-base", lora_r: 4, lr: 5e-4, seed: 42, load_in_4bit: loadIn4Bit }),
  "metrics.json": json({ train_loss: losses, val_loss: losses.map((loss) => loss + 0.1), val_acc: [0.7, 0.8, 0.82] }),
});

/** A training loop of somebody's own: arguments, and lists with a value per epoch. */
export const OWN_LOOP: FilesOfFolder = {
  ...below("exp_lora_r4", ownLoop(false, [0.9, 0.5, 0.4])),
  ...below("exp_qlora_r4", ownLoop(true, [0.95, 0.55, 0.45])),
};

const lightning = (quantize: string, shift: number): FilesOfFolder => ({
  "hparams.yaml": lines(
    "model_name: EleutherAI/pythia-410m",
    "lora_r: 8",
    `quantize: ${quantize}`,
    "learning_rate: 0.0003",
    "seed: 1337",
  ),
  "metrics.csv": lines(
    "epoch,step,train_loss,val_loss",
    `0,9,${2.5 + shift},`,
    `0,19,${2.2 + shift},`,
    `0,19,,${2.3 + shift}`,
    `1,29,,${2.1 + shift}`,
  ),
});

/** PyTorch Lightning's CSV logger. */
export const LIGHTNING: FilesOfFolder = {
  ...below("lightning_logs/version_0", lightning("null", 0)),
  ...below("lightning_logs/version_1", lightning("bnb.nf4", 0.5)),
};

/** LLaMA-Factory's trainings, and an evaluation of one adapter in a folder of its own. */
export const LLAMA_FACTORY: FilesOfFolder = {
  "saves/Qwen2-0.5B/lora/sft_r8/trainer_log.jsonl": lines(
    json({ current_steps: 10, total_steps: 20, loss: 2.1, lr: 1e-4, epoch: 0.5 }),
    json({ current_steps: 20, total_steps: 20, loss: 1.9, lr: 1e-5, epoch: 1 }),
  ),
  "saves/Qwen2-0.5B/lora/sft_r8/training_args.yaml": lines(
    "model_name_or_path: Qwen/Qwen2-0.5B",
    "finetuning_type: lora",
    "lora_rank: 8",
    "quantization_bit: 4",
    "output_dir: saves/Qwen2-0.5B/lora/sft_r8",
    "stage: sft",
  ),
  "saves/Qwen2-0.5B/lora/predict_r8/generated_predictions.jsonl": lines(
    json({ prompt: "a", predict: "b", label: "b" }),
    json({ prompt: "c", predict: "d", label: "e" }),
  ),
  "saves/Qwen2-0.5B/lora/predict_r8/predict_results.json": json({ "predict_bleu-4": 31.2, predict_runtime: 3.2 }),
  "saves/Qwen2-0.5B/lora/predict_r8/training_args.yaml": lines(
    "model_name_or_path: Qwen/Qwen2-0.5B",
    "adapter_name_or_path: saves/Qwen2-0.5B/lora/sft_r8",
    "finetuning_type: lora",
    "output_dir: saves/Qwen2-0.5B/lora/predict_r8",
    "stage: sft",
  ),
};

const trial = (rank: number, losses: readonly number[]): FilesOfFolder => ({
  "params.json": json({ learning_rate: 1e-4, lora_r: rank, load_in_4bit: true }),
  "result.json": lines(
    ...losses.map((loss, i) =>
      json({
        eval_loss: loss,
        training_iteration: i + 1,
        time_total_s: 10 * i,
        config: { lora_r: rank },
        trial_id: "a1",
      }),
    ),
  ),
  "progress.csv": lines(
    "eval_loss,training_iteration,time_total_s,config/lora_r,trial_id",
    ...losses.map((loss, i) => `${loss},${i + 1},${10 * i},${rank},a1`),
  ),
});

/** Ray Tune's folders of trials. */
export const RAY_TUNE: FilesOfFolder = {
  ...below("ray_results/objective_2024/objective_a1_00000_lora_r=8_2024-05-01", trial(8, [1.9, 1.7])),
  ...below("ray_results/objective_2024/objective_a1_00001_lora_r=16_2024-05-01", trial(16, [1.8, 1.6])),
};

const state = (...losses: readonly number[]): string =>
  json({
    global_step: losses.length * 10,
    max_steps: losses.length * 10,
    log_history: losses.map((loss, i) => ({ loss, step: (i + 1) * 10 })),
  });

/** The repository of QLoRA's paper: metrics.json names the run by its path. */
export const QLORA_REPOSITORY: FilesOfFolder = {
  "output/guanaco-7b-r64/metrics.json": json({
    run_name: "output/guanaco-7b-r64",
    train_loss: 0.9,
    mmlu_accuracy: 0.41,
  }),
  "output/guanaco-7b-r64/trainer_state.json": state(1.2, 0.9),
  "output/guanaco-7b-r16/metrics.json": json({ run_name: "output/guanaco-7b-r16", train_loss: 1, mmlu_accuracy: 0.39 }),
  "output/guanaco-7b-r16/trainer_state.json": state(1.3, 1),
};

/** A table of a paper, with a task per column. */
export const GLUE_TABLE: FilesOfFolder = {
  "results/glue_results.csv": lines(
    "Model,Method,Rank,# Params,MNLI,SST-2,Avg.",
    "RoBERTa-base,FT,,125.0M,87.6,94.8,86.4",
    "RoBERTa-base,LoRA,8,0.3M,87.5,95.1,87.2",
    "RoBERTa-base,QLoRA,8,0.3M,87.1,94.8,86.7",
  ),
};

/** A list of experiments, with their configuration and metrics in objects of each. */
export const NESTED: FilesOfFolder = {
  "experiments.json": json([
    {
      id: 1,
      config: { model: "meta-llama/Llama-3.2-1B", lora: { r: 8, alpha: 16 }, quantization: "4bit", lr: 2e-4, seed: 0 },
      metrics: { train: { loss: 1.1 }, eval: { loss: 1.3, perplexity: 3.67 } },
    },
    {
      id: 2,
      config: { model: "meta-llama/Llama-3.2-1B", lora: { r: 8, alpha: 16 }, quantization: "none", lr: 2e-4, seed: 0 },
      metrics: { train: { loss: 1 }, eval: { loss: 1.2, perplexity: 3.32 } },
    },
  ]),
};

/** Text files of older examples of transformers. */
export const TEXT_RESULTS: FilesOfFolder = {
  "lora_r8/eval_results.txt": lines("***** Eval results *****", "eval_loss = 1.23", "  perplexity = 3.42"),
  "lora_r8/train_results.txt": lines("train_loss = 1.1"),
  "qlora_r8/eval_results.txt": lines("eval_loss = 1.3", "perplexity = 3.67"),
};

const evaluation = (modelArguments: string, accuracy: number): string =>
  json({
    results: { hellaswag: { "acc,none": accuracy, "acc_stderr,none": 0.01 } },
    versions: { hellaswag: 1 },
    "n-shot": { hellaswag: 0 },
    config: { model: "hf", model_args: modelArguments },
  });

/** lm-evaluation-harness of two adapters and of their base model, without the adapters. */
export const EVALUATIONS: FilesOfFolder = {
  "eval/lora-r8/results_2024-09-01T10-00-00.json": evaluation("pretrained=org/Llama-1B,peft=./out/lora-r8", 0.45),
  "eval/qlora-r8/results_2024-09-01T11-00-00.json": evaluation(
    "pretrained=org/Llama-1B,peft=./out/qlora-r8,load_in_4bit=True",
    0.43,
  ),
  "eval/base/results_2024-09-01T12-00-00.json": evaluation("pretrained=org/Llama-1B", 0.4),
};

/** A CSV log and a summary in each run's folder, and figures of all runs above them. */
export const CSV_LOGS: FilesOfFolder = {
  "runs/r4_4bit/log.csv": lines("step,loss,lr", "10,2.5,0.0002", "20,2.2,0.0001", "30,2.0,0.00005"),
  "runs/r4_4bit/summary.json": json({ final_loss: 2, eval_loss: 2.1, peak_memory_gb: 5.2, train_time_sec: 321 }),
  "runs/r4_16bit/log.csv": lines("step,loss,lr", "10,2.4,0.0002", "20,2.1,0.0001", "30,1.9"),
  "runs/r4_16bit/summary.json": json({ final_loss: 1.9, eval_loss: 2, peak_memory_gb: 9.2, train_time_sec: 300 }),
  "summary.json": json({ mean_loss: 1.95, best_loss: 1.9 }),
  "runs/summary.json": json({ mean_loss: 1.95, best_loss: 1.9 }),
};

const compared = (name: string, rank: number, accuracy: number): string =>
  json({
    run_info: {
      experiment_name: name,
      train_config: { model_id: "meta-llama/Llama-3.2-3B", dtype: "bfloat16", max_steps: 5000, seed: 0 },
      peft_config: { peft_type: "LORA", r: rank, lora_alpha: 64, base_model_name_or_path: null },
      error_msg: "",
    },
    train_info: {
      accelerator_memory_max: 2 ** 30,
      train_time: 1900.5,
      status: "success",
      metrics: [
        { step: 250, "valid accuracy": 0.3, "train loss": 0.9 },
        { step: 5000, "test accuracy": accuracy, "train loss": 0.6 },
      ],
    },
    meta_info: {},
  });

/** PEFT's method_comparison. */
export const METHOD_COMPARISON: FilesOfFolder = {
  "results/lora--rank32.json": compared("lora/llama-3.2-3B-rank32", 32, 0.48),
  "results/lora--rank64.json": compared("lora/llama-3.2-3B-rank64", 64, 0.5),
};

const jobLog = (...steps: readonly (readonly [step: number, loss: number])[]): string =>
  lines(
    "srun: job step created",
    ...steps.map(
      ([step, loss]) => `${step}/100 [00:10<16:30,  1.00s/it]{'loss': ${loss}, 'learning_rate': 1e-4, 'epoch': 0.1}`,
    ),
  );

/** Logs of batch jobs in one folder: one training that was started again, and another one. */
export const SLURM_LOGS: FilesOfFolder = {
  "logs/slurm-998.out": jobLog([10, 3], [20, 2.5], [30, 2.2]),
  "logs/slurm-1001.out": jobLog([30, 2.1], [40, 2], [50, 1.9]),
  "logs/slurm-1002.out": jobLog([10, 3.3], [20, 2.9]),
};

const axolotl = (name: string, adapter: string, loss: number): FilesOfFolder => ({
  [`configs/${name}.yml`]: lines(
    "base_model: NousResearch/Llama-2-7b-hf",
    `adapter: ${adapter}`,
    `load_in_4bit: ${adapter === "qlora"}`,
    "load_in_8bit: false",
    "datasets:",
    "  - path: tatsu-lab/alpaca",
    "    type: alpaca",
    "sequence_len: 2048",
    "lora_r: 32",
    "lora_alpha: 16",
    "micro_batch_size: 2",
    "gradient_accumulation_steps: 4",
    "num_epochs: 3",
    "optimizer: adamw_bnb_8bit",
    "lr_scheduler: cosine",
    "learning_rate: 0.0002",
    "seed: 42",
    `output_dir: ./outputs/${name}`,
  ),
  [`outputs/${name}/trainer_state.json`]: json({
    global_step: 20,
    max_steps: 20,
    log_history: [
      { loss: loss + 0.5, step: 10, epoch: 1 },
      { eval_loss: loss + 0.1, step: 20, epoch: 2 },
      { loss, step: 20, epoch: 2 },
    ],
  }),
  [`outputs/${name}/debug.log`]: lines("[2024-05-01 10:00:00] [INFO] [axolotl.train] Starting trainer..."),
});

/** Axolotl: configurations in a folder of their own, each with the output folder of its run. */
export const AXOLOTL: FilesOfFolder = {
  ...axolotl("lora-out", "lora", 1.1),
  ...axolotl("qlora-out", "qlora", 1.2),
};

const mlxLog = (losses: readonly number[]): string =>
  lines(
    "Loading pretrained model",
    "Trainable parameters: 0.071% (0.852M/1208.600M)",
    "Starting training..., iters: 30",
    "Iter 1: Val loss 2.900, Val took 3.211s",
    ...losses.map(
      (loss, i) =>
        `Iter ${10 * (i + 1)}: Train loss ${loss.toFixed(3)}, Learning Rate 1.000e-05, It/sec 2.1, Tokens/sec 801.2, Trained Tokens ${1000 * (i + 1)}, Peak mem 4.5 GB`,
    ),
    "Iter 30: Val loss 1.510, Val took 3.1s",
    "Saved final weights to adapters/adapters.safetensors.",
  );

const mlxConfig = (model: string, rank: number): string =>
  json({
    adapter_path: "adapters",
    batch_size: 4,
    fine_tune_type: "lora",
    iters: 30,
    learning_rate: 1e-5,
    lora_parameters: { rank, scale: 20, dropout: 0 },
    model,
    num_layers: 16,
    seed: 0,
  });

/** MLX-LM: only configurations and logs were kept, the adapters are too large for the repository. */
export const MLX_LOGS: FilesOfFolder = {
  "adapters_4bit_r8/adapter_config.json": mlxConfig("mlx-community/Llama-3.2-1B-Instruct-4bit", 8),
  "adapters_4bit_r8/train.log": mlxLog([2.4, 2, 1.7]),
  "adapters_bf16_r8/adapter_config.json": mlxConfig("mlx-community/Llama-3.2-1B-Instruct-bf16", 8),
  "adapters_bf16_r8/train.log": mlxLog([2.3, 1.9, 1.6]),
};

/** A CSV of somebody's own with odd headings: units in brackets, a row of means, an empty column, percent. */
export const ODD_HEADINGS: FilesOfFolder = {
  "Ergebnisse final (2).csv": lines(
    "Nr.;Verfahren;Rang;Startwert;Val. Loss;Genauigkeit (%);VRAM-Spitze (GB);Dauer [h];",
    "1;LoRA bf16;8;0;1,234;71,2;22,1;1,5;",
    "2;LoRA bf16;8;1;1,240;70,9;22,1;1,5;",
    "3;QLoRA nf4;8;0;1,267;70,1;9,8;2,1;",
    "4;QLoRA nf4;8;1;1,271;69,8;9,8;2,2;",
    "Mittelwert;;;;1,253;70,5;16;1,8;",
  ),
};

/** Notebooks' results as pickles of classes, which are refused by name, beside a summary that is read. */
export const NOTEBOOK: FilesOfFolder = {
  "notebooks/results.csv": lines(
    "run_name,r,alpha,quant,final train loss,final val loss,max mem (MiB)",
    "lora-r4,4,8,none,1.8,1.95,8120",
    "qlora-r4,4,8,nf4,1.85,2.01,4210",
  ),
  // Protocol 0, in which a pickle is text.
  "notebooks/results.pkl": lines("c__main__", "Experiment", "."),
  "notebooks/train.ipynb": json({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
};

function below(folder: string, files: FilesOfFolder): FilesOfFolder {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));
}
