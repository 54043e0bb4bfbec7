/** Words of people's tables. Column names are in snake case and without accents. */

/** Column names that identify a run or describe it, by meaning, the usual name first. */
export const RUN_COLUMNS = {
  experiment: ["experiment_name", "name", "experiment", "run", "run_name", "run_id"],
  quantization: ["quantization", "quant", "quantization_label"],
  method: ["method", "finetuning_method", "fine_tuning", "finetuning", "peft", "peft_method", "adapter_type"],
  rank: ["rank", "r", "lora_r", "lora_rank"],
  seed: ["seed", "random_seed"],
  steps: ["steps", "global_step", "max_steps"],
  numSamples: ["num_samples", "n_samples"],
  modelName: ["model_name", "base_model", "base_model_name", "model"],
  task: ["task", "task_name", "dataset", "dataset_name"],
} as const;

/** Column names of known metrics, by metric, the usual name first. */
export const METRIC_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  training_loss: ["training_loss", "train_loss", "final_training_loss", "final_train_loss"],
  eval_loss: [
    "eval_loss",
    "final_eval_loss",
    "val_loss",
    "validation_loss",
    "valid_loss",
    "dev_loss",
    "final_val_loss",
    "final_validation_loss",
  ],
  peak_memory_mb: [
    "peak_memory_mb",
    "peak_memory",
    "peak_vram_mb",
    "peak_vram",
    "peak_gpu_memory_mb",
    "peak_gpu_mem_mb",
    "peak_mem_mb",
    "max_memory_mb",
    "max_mem_mb",
    "max_vram_mb",
    "max_gpu_memory_mb",
    "max_gpu_mem_mb",
    "vram_peak_mb",
    "memory_peak_mb",
    "max_memory_allocated_mb",
    "vram_mb",
    "gpu_memory_mb",
    "gpu_mem_mb",
    "memory_mb",
    "mem_mb",
    "memory_used_mb",
  ],
  time_per_step_seconds: ["time_per_step_seconds", "time_per_step", "seconds_per_step", "step_time_seconds"],
  training_time_seconds: [
    "training_time_seconds",
    "train_runtime",
    "train_time_seconds",
    "training_time",
    "train_time",
    "runtime_seconds",
    "total_time_seconds",
    "time_seconds",
  ],
  tokens_per_second: ["tokens_per_second", "tokens_s", "tok_s"],
};

/** Columns with memory whose heading has no unit. */
export const MEMORY_WITHOUT_UNIT: readonly string[] = ["memory", "mem", "vram", "gpu_memory", "gpu_mem", "peak_mem"];

/** Words in the names of metrics. A file whose name has one says what the figures of a table without headings are. */
export const METRIC_WORD =
  /(?:^|_)(?:loss|ppl|perplexity|acc|accuracy|f1|bleu|rouge|rouge_?l|em|exact_match|memory|mem|vram|time|runtime|throughput|score|mmlu|gsm8k|hellaswag|arc|winogrande|mse|mae|rmse|error|wer|cer)(?:_|$)/;

/** Labels with which people name the sides of a comparison, in snake case. */
export const SIDE_WORDS =
  "q?lora|q?dora|full_ft|full_fine_?tuning|full|fft|base|baseline|candidate|(?:2|3|4|8|16|32)_?bit|nf4|fp4|int4|int8|bf16|fp16|fp32";

/** Names of columns that hold the labels of runs, if their cells do. */
export const LABEL_COLUMNS: readonly string[] = [
  "method",
  "config",
  "configuration",
  "setup",
  "setting",
  "variant",
  "approach",
  "adapter",
  "system",
  "condition",
  "type",
  "model",
  "model_name",
];

/** Names of columns that hold the names of metrics, one per row. */
export const METRIC_NAME_COLUMNS: readonly string[] = ["", "metric", "metrics", "measure", "index", "unnamed_0"];

/** Keys of the list of rows in an object. */
export const ROW_LISTS: ReadonlySet<string> = new Set([
  "results",
  "runs",
  "rows",
  "data",
  "experiments",
  "records",
  "trials",
  "table",
]);

/** Words of headings in other languages (German, French, Spanish, Portuguese), without accents. */
export const HEADING_WORDS: ReadonlyMap<string, string> = new Map([
  ...words("model", "modell modele modelo basismodell grundmodell"),
  ...words("rank", "rang rango posto"),
  ...words("seed", "startwert zufallswert graine semilla semente"),
  ...words("method", "methode verfahren metodo"),
  ...words("run", "lauf versuch essai ensayo corrida execucao ejecucion"),
  ...words("loss", "verlust perte perdida perda"),
  ...words("memory", "speicher speicherbedarf memoire memoria"),
  ...words("time", "zeit dauer laufzeit temps duree tiempo tempo duracion duracao"),
  ...words("training", "entrainement entrenamiento treino treinamento"),
  ...words("validation", "validierung validacion validacao"),
  ...words("accuracy", "genauigkeit exactitude exactitud acuracia"),
  ...words("quantization", "quantisierung quantification cuantizacion quantizacao"),
  ...words("perplexity", "perplexitat perplexite perplejidad perplexidade"),
  ...words("epochs", "epochen epoques epocas"),
  ...words("task", "aufgabe tache tarea tarefa"),
  ...words("peak", "spitze pico pic maximum spitzenwert"),
  ...words("hours", "stunden heures horas"),
  ...words("minutes", "minuten minutos"),
]);

/** Words of headings in Chinese and Japanese, which have no spaces between them. Longer words come first. */
export const HEADING_PARTS: readonly (readonly [string, string])[] = [
  ["随机种子", "seed"],
  ["量化", "quantization"],
  ["種子", "seed"],
  ["种子", "seed"],
  ["シード", "seed"],
  ["ランク", "rank"],
  ["秩", "rank"],
  ["モデル", "model"],
  ["模型", "model"],
  ["訓練", "training"],
  ["训练", "training"],
  ["学習", "training"],
  ["验证", "validation"],
  ["驗證", "validation"],
  ["検証", "validation"],
  ["損失", "loss"],
  ["损失", "loss"],
  ["メモリ", "memory"],
  ["显存", "memory"],
  ["内存", "memory"],
  ["時間", "time"],
  ["时间", "time"],
  ["手法", "method"],
  ["方法", "method"],
  ["精度", "accuracy"],
  ["准确率", "accuracy"],
  ["困惑度", "perplexity"],
];

/** Names of rows that sum up the others, without accents. */
export const TOTAL_ROW =
  /^(?:grand[ _-]?total|total|sum|mean|average|avg\.?|median|std\.?(?:[ _-]?dev)?|min|max|overall|mittelwert|mittel|durchschnitt|summe|gesamt|standardabweichung|moyenne|somme|ecart[ -]type|media|promedio|mediana|suma|soma|desviacion|平均|平均值|均值|总计|合计|合計|中位数|標準偏差|标准差)s?$/i;

/** Cells that say that there is no value, without a reason. */
export const EMPTY_CELL = /^(?:|nan|null|n\/?a|#n\/a|-|–|—|\?|\.|tbd|k\. ?a\.?)$/i;

/** Cells that say that the loss of a run diverged. */
export const DIVERGED_CELL = /^(?:diverged|divergence|diverges|exploded|divergiert|发散|発散)$/i;

/** Returns pairs of each word of a list and its meaning. */
function words(meaning: string, list: string): (readonly [string, string])[] {
  return list.split(" ").map((word) => [word, meaning] as const);
}
