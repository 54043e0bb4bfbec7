import type { Cell, Column } from "../export/table.js";

/** A Vega-Lite specification, or a part of one. The tests validate each specification against Vega-Lite's JSON schema. */
export type VegaLite = Readonly<Record<string, unknown>>;

/** The content of a plot, independent of its theme. A pure function makes it from computed facts. */
export interface Plot {
  /** Names in it are data and are shown unchanged. */
  readonly title: string;
  /** Lines under the title: the study, the number of runs, the meaning of the whiskers. */
  readonly subtitle: readonly string[];
  /** The content in words and numbers, for screen readers. */
  readonly description: string;
  /** Sentences that say which data the plot omits or thins, and why. */
  readonly notes: readonly string[];
  readonly table: PlotTable;
  /** Views and encodings; if there is nothing to show, the reason as a sentence. */
  readonly body: VegaLite | { readonly missing: string };
}

/** The numbers of a plot, as its CSV file has them. */
export interface PlotTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Returns why a plot has nothing to show; null if it has something. */
export function missingReason({ body }: Plot): string | null {
  return typeof body["missing"] === "string" ? body["missing"] : null;
}
