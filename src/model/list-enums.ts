/** The enums of lists and exports. */

export const Direction = { ASC: "ASC", DESC: "DESC" } as const;
export type Direction = keyof typeof Direction;

export const StudyOrderField = {
  CREATED_AT: "CREATED_AT",
  UPDATED_AT: "UPDATED_AT",
  NAME: "NAME",
  SLUG: "SLUG",
  EXPERIMENT_COUNT: "EXPERIMENT_COUNT",
  METRIC_BEST: "METRIC_BEST",
  METRIC_MEAN: "METRIC_MEAN",
} as const;
export type StudyOrderField = keyof typeof StudyOrderField;

export const ExperimentOrderField = {
  STUDY: "STUDY",
  NAME: "NAME",
  RANK: "RANK",
  METRIC: "METRIC",
} as const;
export type ExperimentOrderField = keyof typeof ExperimentOrderField;

export const GroupDimension = {
  STUDY: "STUDY",
  BASE_MODEL: "BASE_MODEL",
  METHOD: "METHOD",
  QUANTIZATION: "QUANTIZATION",
  QUANTIZATION_BITS: "QUANTIZATION_BITS",
  RANK: "RANK",
  SEED: "SEED",
} as const;
export type GroupDimension = keyof typeof GroupDimension;

export const Better = { LESS: "LESS", MORE: "MORE" } as const;
export type Better = keyof typeof Better;

export const ReportFormat = { MARKDOWN: "MARKDOWN", JSON: "JSON", HTML: "HTML" } as const;
export type ReportFormat = keyof typeof ReportFormat;

export const TableKind = {
  EXPERIMENTS: "EXPERIMENTS",
  LAYERS: "LAYERS",
  DEGRADATION: "DEGRADATION",
  CURVES: "CURVES",
} as const;
export type TableKind = keyof typeof TableKind;

export const TableFormat = { CSV: "CSV", PARQUET: "PARQUET" } as const;
export type TableFormat = keyof typeof TableFormat;
