import { registerEnumType } from "type-graphql";
import {
  Better,
  Direction,
  ExperimentOrderField,
  GroupDimension,
  ReportFormat,
  StudyOrderField,
  TableFormat,
  TableKind,
} from "../model/list-enums.js";

/** Makes these enums known to type-graphql, with their names and descriptions in the schema. */
export function registerListEnums(): void {
  registerEnumType(Direction, {
    name: "Direction",
    description: "Which way an order goes.",
    valuesConfig: {
      ASC: { description: "From the least, the first of the alphabet, the oldest." },
      DESC: { description: "From the greatest, the last of the alphabet, the newest." },
    },
  });
  registerEnumType(StudyOrderField, {
    name: "StudyOrderField",
    description: "What studies are ordered by.",
    valuesConfig: {
      CREATED_AT: { description: "When they were first imported." },
      UPDATED_AT: { description: "When an import last changed them." },
      NAME: { description: "Their display names." },
      SLUG: { description: "Their names in URLs, which no two share." },
      EXPERIMENT_COUNT: { description: "How many runs they have." },
      METRIC_BEST: { description: "The least value of `metric` among the study's runs." },
      METRIC_MEAN: { description: "The mean of `metric` over the study's runs." },
    },
  });
  registerEnumType(ExperimentOrderField, {
    name: "ExperimentOrderField",
    description: "What runs are ordered by.",
    valuesConfig: {
      STUDY: { description: "The study's slug." },
      NAME: { description: "Their own names: `16bit_r8`." },
      RANK: { description: "The rank r that they were trained at." },
      METRIC: { description: "Their value of the recorded scalar `metric`." },
    },
  });
  registerEnumType(GroupDimension, {
    name: "GroupDimension",
    description: "By what runs are put together.",
    valuesConfig: {
      STUDY: { description: "The study's slug." },
      BASE_MODEL: { description: "`base_model_name_or_path` of the adapters." },
      METHOD: { description: "How the adapter was trained: LORA, QLORA, ..." },
      QUANTIZATION: { description: "The label: `4bit`." },
      QUANTIZATION_BITS: { description: "Bits per base weight, whatever the study calls them." },
      RANK: { description: "The rank r that they were trained at." },
      SEED: { description: "The seed of the run." },
    },
  });
  registerEnumType(Better, {
    name: "Better",
    description: "Which values of a metric are the better ones.",
    valuesConfig: {
      LESS: { description: "The least: of losses, memory and times." },
      MORE: { description: "The greatest: of accuracies, matches and similarities." },
    },
  });
  registerEnumType(ReportFormat, {
    name: "ReportFormat",
    description: "How a report is written.",
    valuesConfig: {
      MARKDOWN: { description: "Text with headings and tables, for wikis and READMEs." },
      JSON: { description: "All values at full precision, for programs; what is not known is null." },
      HTML: { description: "One page by itself, to be opened or printed." },
    },
  });
  registerEnumType(TableKind, {
    name: "TableKind",
    description: "Which table of a study.",
    valuesConfig: {
      EXPERIMENTS: { description: "A row a run, with a column a metric." },
      LAYERS: { description: "A row a rank and layer, with the stored comparison of baseline and candidate." },
      DEGRADATION: { description: "A row a rank." },
      CURVES: { description: "A row a logged point." },
    },
  });
  registerEnumType(TableFormat, {
    name: "TableFormat",
    description: "How a table is written.",
    valuesConfig: {
      CSV: { description: "RFC 4180, with a header; a text that a spreadsheet would run as a formula is quoted by '." },
      PARQUET: { description: "Apache Parquet, Snappy." },
    },
  });
}
