import { defineEnum, type EnumValue } from "./define-enum.js";

export const ReportFormat = defineEnum("ReportFormat", "The format of a report.", {
  MARKDOWN: "Markdown text with headings and tables, for wikis and READMEs.",
  JSON: "All values at full precision, for programs. Unknown values are null.",
  HTML: "A self-contained page to open or print.",
});
export type ReportFormat = EnumValue<typeof ReportFormat>;

export const TableKind = defineEnum("TableKind", "A table of a study.", {
  EXPERIMENTS: "One row per run, with one column per metric.",
  LAYERS: "One row per rank and layer, with the stored comparison of baseline and candidate.",
  DEGRADATION: "One row per rank.",
  CURVES: "One row per logged point.",
});
export type TableKind = EnumValue<typeof TableKind>;

export const TableFormat = defineEnum("TableFormat", "The file format of a table.", {
  CSV: "CSV (RFC 4180) with a header. Text that a spreadsheet would run as a formula is prefixed with '.",
  PARQUET: "Apache Parquet with Snappy compression.",
});
export type TableFormat = EnumValue<typeof TableFormat>;

export const PlotTheme = defineEnum("PlotTheme", "The background that a plot is drawn for.", {
  LIGHT: "Dark marks and text on white.",
  DARK: "Light marks and text on near black.",
});
export type PlotTheme = EnumValue<typeof PlotTheme>;
