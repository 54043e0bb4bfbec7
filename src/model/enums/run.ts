import { defineEnum, defineMappedEnum, type EnumValue } from "./define-enum.js";

export const Method = defineEnum(
  "Method",
  "The training method of a run. Q stands for a base model of fewer than 8 bits per weight.",
  {
    LORA: "LoRA: dW = s B A, with base weights of 8 bits or more: an int8 base is not QLoRA.",
    QLORA: "LoRA with base weights of fewer than 8 bits, as NF4 (arXiv 2305.14314).",
    DORA: "DoRA: separate magnitude and direction (arXiv 2402.09353), with base weights of 8 bits or more.",
    QDORA: "DoRA with base weights of fewer than 8 bits.",
    FULL: "Full fine-tuning: all weights were trained, without an adapter. Such a run has no rank.",
    OTHER_PEFT:
      "Another parameter-efficient method, such as IA3 or prefix tuning. The setting `peft_type` names it. Such a run may have no rank.",
    BASE: "The base model itself, without training. It has no rank.",
    UNKNOWN: "The method is in neither the configuration, the tables nor the name of the run.",
  },
);
export type Method = EnumValue<typeof Method>;

export const MetricName = defineMappedEnum(
  "MetricName",
  "A recorded scalar of a run. Lower is better for each of these.",
  {
    TRAINING_LOSS: {
      value: "training_loss",
      description: "Mean training loss, as the trainer recorded it: `training_loss`.",
    },
    EVAL_LOSS: { value: "eval_loss", description: "Loss on the evaluation set at the end of training: `eval_loss`." },
    PEAK_MEMORY_MB: { value: "peak_memory_mb", description: "Peak memory during training in MB: `peak_memory_mb`." },
    MEAN_MEMORY_MB: { value: "mean_memory_mb", description: "Mean memory during training in MB: `mean_memory_mb`." },
    TIME_PER_STEP_SECONDS: {
      value: "time_per_step_seconds",
      description: "Seconds per optimizer step: `time_per_step_seconds`.",
    },
    TRAINING_TIME_SECONDS: {
      value: "training_time_seconds",
      description: "Duration of the whole training in seconds: `training_time_seconds`.",
    },
  },
);
export type MetricName = EnumValue<typeof MetricName>;

export const MetricPoint = defineEnum("MetricPoint", "The value of a metric that represents a run.", {
  RECORDED: "The recorded scalar of the run, from its tables or its trainer state.",
  BEST: "The best finite value of the logged curve.",
  LAST: "The last finite value of the logged curve.",
  STEP: "The logged value at exactly `step`. A run without a value at that step is left out.",
});
export type MetricPoint = EnumValue<typeof MetricPoint>;

export const Better = defineEnum("Better", "Whether lower or higher values of a metric are better.", {
  LESS: "Lower is better: losses, memory and times.",
  MORE: "Higher is better: accuracies, matches and similarities.",
});
export type Better = EnumValue<typeof Better>;
