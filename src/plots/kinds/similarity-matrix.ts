import type { MeanMatrix } from "../../derive/similarity/similarity-matrix.js";
import { clusterOrder } from "../cluster-order.js";
import { count, figure, printable, shortened, shortNames } from "../labels.js";
import type { Picture } from "../picture.js";
import { extentOf, heatmap } from "./cells.js";
import { subjectLine, type Subject } from "./sides.js";
import { REASONS } from "./weights-subject.js";

export interface RunsSimilarity {
  /** Null: of all ranks. */
  readonly rank: number | null;
  /** With weights; the matrix's rows. */
  readonly runs: readonly string[];
  readonly withoutWeights: number;
  /** Or why there is none. */
  readonly matrix: MeanMatrix | { readonly missing: string };
}

/** The mean cosine of every pair of runs, alike runs beside each other. */
export function similarityMatrixPlot(
  subject: Subject,
  { rank, runs, withoutWeights, matrix }: RunsSimilarity,
): Picture {
  const where = rank === null ? "" : ` at rank ${rank}`;
  const title = `Similarity of the weight updates, run by run${where}`;
  const notes = withoutWeights > 0 ? [`${count(withoutWeights, "run")} without weights left out.`] : [];
  const columns = TABLE_COLUMNS;
  if ("missing" in matrix) {
    const table = { columns, rows: [] };
    return { title, subtitle: [subjectLine(subject)], description: title, notes: [], table, body: matrix };
  }
  const order = clusterOrder(matrix.values);
  const pairs = order.flatMap((i) =>
    order.map((j) => ({
      ...{ i, j, left: runs[i] ?? "", right: runs[j] ?? "" },
      value: matrix.values[i]?.[j] ?? null,
      reason: matrix.undefinedReasons[i]?.[j] ?? null,
      layers: matrix.comparedLayers[i]?.[j] ?? 0,
    })),
  );
  const others = pairs
    .filter(({ i, j }) => i < j)
    .flatMap(({ value, ...pair }) => (value === null ? [] : [{ ...pair, value }]));
  const unknown = pairs.filter(({ i, j, value }) => i < j && value === null);
  const most = others.reduce<(typeof others)[number] | null>(
    (found, pair) => (found === null || pair.value > found.value ? pair : found),
    null,
  );
  const known = pairs.flatMap(({ value }) => value ?? []);
  return {
    title,
    subtitle: [
      subjectLine(subject),
      `mean cosine over the layers of ${count(runs.length, "run")}; ordered by average linkage of 1 - cosine, alike runs beside each other`,
    ],
    description: [
      `Mean cosine similarity of the updates of ${count(runs.length, "run")}${where}, in pairs.`,
      ...(most === null
        ? []
        : [
            `Between different runs from ${figure(Math.min(...others.map(({ value }) => value)))} to ${figure(most.value)} (${printable(shortened(most.left, 60))} and ${printable(shortened(most.right, 60))}).`,
          ]),
    ].join(" "),
    notes: [
      ...notes,
      ...(unknown[0]?.reason == null
        ? []
        : [`${count(unknown.length, "pair")} not defined: ${REASONS[unknown[0].reason]}.`]),
    ],
    table: {
      columns,
      rows: pairs.map(({ left, right, value, layers, reason }) => [left, right, value, layers, reason]),
    },
    body: known.length === 0 ? { missing: `No pair of runs can be compared${where}.` } : body(),
  };

  function body() {
    const short = shortNames(runs, 26);
    const name = (run: string) => short.get(run) ?? run;
    const axis = order.map((i) => name(runs[i] ?? ""));
    const size = Math.min(34, Math.max(11, Math.floor(640 / runs.length)));
    return heatmap({
      cells: pairs.map(({ left, right, value, layers }) => ({
        row: name(left),
        column: name(right),
        value,
        details: { run: left, and: right, cosine: value, layers },
      })),
      rows: axis,
      columns: axis,
      titles: { row: null, column: null, value: "cosine" },
      size: { width: size, height: size },
      columnAngle: -90,
      extent: extentOf(known),
    });
  }
}

const TABLE_COLUMNS = [
  { name: "run", type: "text" },
  { name: "other_run", type: "text" },
  { name: "mean_cosine", type: "number" },
  { name: "compared_layers", type: "integer" },
  { name: "undefined_reason", type: "text" },
] as const;
