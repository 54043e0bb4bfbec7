import type { Cell, Column } from "../export/table.js";

/** A Vega-Lite specification, or a part of one. The tests hold each to the schema that Vega-Lite ships. */
export type VegaLite = Readonly<Record<string, unknown>>;

/** What a picture shows, free of themes: made by a pure function from derived data. */
export interface Picture {
  /** Plain words; names in it are data, and shown as they are. */
  readonly title: string;
  /** Lines under the title: of what, how many, and what whiskers are. */
  readonly subtitle: readonly string[];
  /** The same in numbers, for those who do not see it. */
  readonly description: string;
  /** What is left out or thinned, and why. */
  readonly notes: readonly string[];
  readonly table: PictureTable;
  /** Views and encodings; or why there is nothing to show. */
  readonly body: VegaLite | { readonly missing: string };
}

/** The picture's numbers, as its CSV has them. */
export interface PictureTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Why a picture has nothing to show; null where it has something. */
export function missingReason({ body }: Picture): string | null {
  return typeof body["missing"] === "string" ? body["missing"] : null;
}
