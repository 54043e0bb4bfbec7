import type { UndefinedReason } from "../../derive/undefined-reason.js";
import type { Column } from "../../export/table.js";
import type { PictureTable } from "../picture.js";

/** The cosine of two runs' updates of a layer, or of a part of one. */
export interface CosineRow {
  readonly layer: { readonly name: string; readonly index: number | null; readonly module: string };
  /** q, k or v of a fused projection; null: of all of the layer. */
  readonly part: string | null;
  readonly cosine: number | null;
  readonly undefinedReason: UndefinedReason | null;
}

/** Cosines at one rank as rows: rank, layer, index, module, `part` where the picture has parts, cosine, why it is undefined. */
export function cosinesTable(
  rank: number,
  cosines: readonly CosineRow[],
  { withParts }: { readonly withParts: boolean },
): PictureTable {
  const partColumn: readonly Column[] = withParts ? [{ name: "part", type: "text" }] : [];
  return {
    columns: [
      { name: "rank", type: "integer" },
      { name: "layer", type: "text" },
      { name: "index", type: "integer" },
      { name: "module", type: "text" },
      ...partColumn,
      { name: "cosine_similarity", type: "number" },
      { name: "undefined_reason", type: "text" },
    ],
    rows: cosines.map(({ layer, part, cosine, undefinedReason }) => [
      ...[rank, layer.name, layer.index, layer.module],
      ...(withParts ? [part] : []),
      ...[cosine, undefinedReason],
    ]),
  };
}
