/** Names of settings, each with the spellings of the tools. A spelling is compared in snake case and without its path. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  base_model: [
    "base_model",
    "base_model_name_or_path",
    "model_name_or_path",
    "base_model_name",
    "model_name",
    "model_id",
  ],
  initial_adapter: ["initial_adapter", "adapter_name_or_path"],
  method: ["method", "finetuning_type", "fine_tune_type", "peft_method"],
  task: ["task", "task_name"],
  dataset: ["dataset", "dataset_name", "datasets", "dataset_path", "train_file", "data_path", "train_dataset"],
  evaluation_dataset: [
    "evaluation_dataset",
    "eval_dataset",
    "eval_dataset_name",
    "eval_file",
    "validation_dataset",
    "validation_file",
    "val_dataset",
    "val_file",
  ],
  num_samples: ["num_samples", "n_samples", "max_samples", "max_train_samples", "num_train_samples"],
  max_sequence_length: [
    "max_sequence_length",
    "sequence_len",
    "sequence_length",
    "seq_len",
    "seq_length",
    "cutoff_len",
    "max_seq_length",
    "max_seq_len",
    "model_max_length",
    "max_length",
  ],
  packing: ["packing", "sample_packing", "packed"],
  seed: ["seed", "random_seed", "train_seed", "training_seed"],
  data_seed: ["data_seed", "dataset_seed"],
  learning_rate: ["learning_rate", "lr"],
  scheduler: ["scheduler", "lr_scheduler_type", "lr_scheduler", "scheduler_type", "learning_rate_schedule"],
  warmup_steps: ["warmup_steps", "num_warmup_steps", "lr_scheduler_warmup_steps"],
  warmup_ratio: ["warmup_ratio", "lr_scheduler_warmup_ratio"],
  optimizer: ["optimizer", "optim", "optimizer_name", "optimizer_type"],
  weight_decay: ["weight_decay"],
  max_grad_norm: ["max_grad_norm", "gradient_clipping", "grad_clip"],
  batch_size: [
    "batch_size",
    "per_device_train_batch_size",
    "train_batch_size",
    "micro_batch_size",
    "train_micro_batch_size_per_gpu",
    "bs",
  ],
  gradient_accumulation_steps: [
    "gradient_accumulation_steps",
    "grad_accum",
    "grad_accum_steps",
    "grad_accumulation",
    "accumulation_steps",
    "gradient_accumulation",
  ],
  effective_batch_size: ["effective_batch_size", "total_train_batch_size", "total_batch_size", "global_batch_size"],
  epochs: ["epochs", "num_train_epochs", "num_epochs"],
  max_steps: ["max_steps", "iters", "max_steps_per_epoch", "total_steps", "training_steps"],
  gradient_checkpointing: ["gradient_checkpointing", "grad_checkpoint", "enable_activation_checkpointing"],
  lora_rank: ["lora_rank", "lora_r", "rank", "r", "lora_dim", "network_dim"],
  lora_alpha: ["lora_alpha", "alpha", "network_alpha"],
  lora_dropout: ["lora_dropout", "adapter_dropout"],
  target_modules: ["target_modules", "lora_target_modules", "lora_target", "lora_attn_modules"],
  use_dora: ["use_dora", "peft_use_dora", "lora_use_dora", "dora"],
  use_rslora: ["use_rslora", "peft_use_rslora", "lora_use_rslora", "rslora"],
  double_quantization: ["double_quantization", "bnb_4bit_use_double_quant", "use_double_quant", "double_quant"],
  gpus: ["gpus", "num_gpus", "n_gpus", "n_gpu", "gpu_count", "num_devices", "world_size"],
  hardware: ["hardware", "gpu", "gpu_name", "gpu_type", "device_name"],
  tool: ["tool", "framework", "trainer"],
  tool_version: ["tool_version", "framework_version", "trainer_version"],
  output_dir: ["output_dir", "adapter_path", "save_dir", "output_path"],
  run_name: ["run_name", "wandb_name", "wandb_run_name"],
};

/** Settings that name a run or its folders. They differ between runs of equal configuration. */
export const IDENTITY_FIELDS: readonly string[] = ["run_name", "output_dir", "logging_dir", "hub_model_id", "run_id"];

/** Settings that say what the compute type is. They say nothing about the bits of the base weights. */
const COMPUTE_TYPE_SPELLINGS = [
  "compute_dtype",
  "bnb_4bit_compute_dtype",
  "precision",
  "dtype",
  "torch_dtype",
  "mixed_precision",
];

const FIELD_BY_SPELLING: ReadonlyMap<string, string> = new Map([
  ...Object.entries(SPELLINGS).flatMap(([field, spellings]) => spellings.map((spelling) => [spelling, field] as const)),
  ...COMPUTE_TYPE_SPELLINGS.map((spelling) => [spelling, "compute_dtype"] as const),
]);

/** Settings of the base weights. The import interprets the tools' spellings of these together. */
const QUANTIZATION_FIELDS = ["bits", "scheme", "quantization_label"];

/** The standard names of all settings. */
export const STANDARD_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(SPELLINGS),
  "compute_dtype",
  ...QUANTIZATION_FIELDS,
]);

/** Returns the standard name of a setting; undefined if the spelling is not known. */
export function settingField(spelling: string): string | undefined {
  return FIELD_BY_SPELLING.get(snakeCase(spelling));
}

/** Returns the name under which a requested setting is stored: the standard one of a known spelling, else as requested. */
export function storedField(requested: string): string {
  if (STANDARD_FIELDS.has(requested)) return requested;
  const name = snakeCase(requested);
  return STANDARD_FIELDS.has(name) ? name : (FIELD_BY_SPELLING.get(name) ?? requested);
}

/** Returns a name in snake case: `learning_rate` for `learningRate` and `Learning rate`. */
export function snakeCase(name: string): string {
  return name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
}
