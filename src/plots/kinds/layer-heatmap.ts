import { figure, printable, shortNames } from "../labels.js";
import type { Picture } from "../picture.js";
import { extentOf, heatmap } from "./cells.js";
import { cosinesTable } from "./cosines-table.js";
import type { Subject } from "./sides.js";
import { blockAxis, type LayerCosine } from "./weight-similarity.js";
import { comparedLines, comparedNotes, nothingCompared, type ComparedRuns } from "./weights-subject.js";

/** A layer with the q, k and v of its fused projection; none where it is none. */
export interface DividedLayer extends LayerCosine {
  readonly parts: readonly Pick<LayerCosine, "cosine" | "undefinedReason" | "name">[];
}

export interface LayerHeatmap extends ComparedRuns {
  /** In model order. */
  readonly layers: readonly DividedLayer[];
}

/** Cosines by block and module; under a fused projection its q, k and v. */
export function layerHeatmap(subject: Subject, facts: LayerHeatmap): Picture {
  const { rank, layers } = facts;
  const reasons = layers.map(({ undefinedReason }) => undefinedReason);
  const rows = rowsOf(layers);
  const cells = rows.flatMap(({ module, part }) =>
    layers
      .filter((layer) => layer.module === module)
      .flatMap((layer) => {
        const found = part === null ? layer : layer.parts.find(({ name }) => name === part);
        if (found === undefined) return [];
        return [{ layer, part, cosine: found.cosine, undefinedReason: found.undefinedReason }];
      }),
  );
  const known = cells.flatMap(({ cosine }) => cosine ?? []);
  const least = cells.reduce<(typeof cells)[number] | null>(
    (found, cell) => (cell.cosine !== null && (found?.cosine == null || cell.cosine < found.cosine) ? cell : found),
    null,
  );
  const extremes =
    least?.cosine == null
      ? []
      : [
          `from ${figure(least.cosine)} (${printable(least.layer.name)}${least.part === null ? "" : `, ${least.part}`}) to ${figure(Math.max(...known))}`,
        ];
  return {
    title: `Similarity of the weight updates by block and module at rank ${rank}`,
    subtitle: [...comparedLines(subject, facts), ...(known.length === 0 ? [] : [`cosine ${extremes.join("")}`])],
    description: [
      `Cosine similarity of the two updates by block and module at rank ${rank}`,
      ...(rows.some(({ part }) => part !== null) ? [", with q, k and v of fused projections"] : []),
      ...extremes.map((text) => `: ${text}`),
      ".",
    ].join(""),
    notes: known.length === 0 ? [] : comparedNotes(facts, reasons),
    table: cosinesTable(rank, cells, { withParts: true }),
    body: known.length === 0 ? { missing: nothingCompared(facts, reasons) } : body(),
  };

  function body() {
    const modules = shortNames(
      layers.map(({ module }) => module),
      36,
    );
    const blocks = blockAxis(layers);
    const rowName = (module: string, part: string | null) =>
      part === null ? (modules.get(module) ?? module) : `${modules.get(module) ?? module}: ${part}`;
    const width = Math.min(44, Math.max(12, Math.floor(720 / blocks.domain.length)));
    return heatmap({
      cells: cells.map(({ layer, part, cosine, undefinedReason }) => ({
        row: rowName(layer.module, part),
        column: blocks.of(layer.index),
        value: cosine,
        details: { layer: layer.name, part: part ?? "all", cosine, "undefined because": undefinedReason },
      })),
      rows: rows.map(({ module, part }) => rowName(module, part)),
      columns: blocks.domain,
      titles: { row: null, column: "block", value: "cosine" },
      size: { width, height: 26 },
      columnAngle: 0,
      extent: extentOf(known),
    });
  }
}

/** A row a module, in the order of the model, each followed by its parts. */
function rowsOf(layers: readonly DividedLayer[]): { module: string; part: string | null }[] {
  const modules = [...new Set(layers.map(({ module }) => module))];
  return modules.flatMap((module) => {
    const parts = layers
      .filter((layer) => layer.module === module)
      .flatMap((layer) => layer.parts.map(({ name }) => name));
    return [null, ...new Set(parts)].map((part) => ({ module, part }));
  });
}
