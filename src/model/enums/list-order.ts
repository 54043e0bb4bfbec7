import { defineEnum, type EnumValue } from "./define-enum.js";

export const Direction = defineEnum("Direction", "The direction of an order.", {
  ASC: "Ascending: smallest, alphabetically first or oldest first.",
  DESC: "Descending: largest, alphabetically last or newest first.",
});
export type Direction = EnumValue<typeof Direction>;

export const StudyOrderField = defineEnum("StudyOrderField", "The value that studies are ordered by.", {
  CREATED_AT: "Time of the first import.",
  UPDATED_AT: "Time of the last import that changed the study.",
  NAME: "Display name.",
  SLUG: "Unique name in URLs and queries.",
  EXPERIMENT_COUNT: "Number of runs.",
  METRIC_BEST:
    "Mean of `metric` of the study's best configuration, never a single lucky run of several; see bestConfiguration.",
  METRIC_MEAN: "Mean of `metric` over all runs of the study, whatever their configurations.",
});
export type StudyOrderField = EnumValue<typeof StudyOrderField>;

export const ExperimentOrderField = defineEnum("ExperimentOrderField", "The value that runs are ordered by.", {
  STUDY: "Slug of the study.",
  NAME: "Name of the run: `16bit_r8`.",
  RANK: "Rank r that the run was trained at.",
  METRIC: "Value of the recorded scalar `metric`.",
  CONFIG: "Value of the setting `config`: texts before numbers, numbers by value.",
});
export type ExperimentOrderField = EnumValue<typeof ExperimentOrderField>;

export const GroupDimension = defineEnum("GroupDimension", "A property that groups runs.", {
  STUDY: "Slug of the study.",
  BASE_MODEL: "`base_model_name_or_path` of the adapters.",
  METHOD: "Training method of the adapter: LORA, QLORA, ...",
  QUANTIZATION: "Quantization label: `4bit`.",
  QUANTIZATION_BITS: "Bits per base weight, independent of the quantization label.",
  RANK: "Rank r that the runs were trained at.",
  SEED: "Random seed of the run.",
});
export type GroupDimension = EnumValue<typeof GroupDimension>;
