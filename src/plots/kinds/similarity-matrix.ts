import { agnes } from "ml-hclust";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { finalCheckpoint } from "../../analysis/runs/run-checkpoint.js";
import { compareAllRuns } from "../../analysis/similarity/similarity-matrix.js";
import { MAX_COMPARED_RUNS, type MeanMatrix } from "../../derive/similarity/similarity-matrix.js";
import { RankscopeError } from "../../errors.js";
import type { UndefinedReason } from "../../model/enums/similarity.js";
import { count, figure, printable, shortened, shortNames } from "../labels.js";
import { REASONS } from "../parts/compared-runs.js";
import { extentOf, heatmap } from "../parts/heatmap.js";
import { subjectLine, type Subject } from "../parts/subject.js";
import { complete, definePlotKind, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot, VegaLite } from "../plot.js";
import { largest, smallest } from "../../model/extremes.js";

interface RunsSimilarity {
  /** Null for all ranks. */
  readonly rank: number | null;
  /** Names of the runs with weights: the rows of the matrix. */
  readonly runs: readonly string[];
  /** Number of runs without weights. */
  readonly withoutWeights: number;
  /** The matrix, or why there is none. */
  readonly matrix: MeanMatrix | { readonly missing: string };
}

export const similarityMatrixKind = definePlotKind({
  name: "SIMILARITY_MATRIX",
  description:
    "Mean cosine similarity of all pairs of runs, ordered by similarity; restricted to one rank if `rank` is given.",
  reads: "WEIGHTS_OF_ALL_PAIRS",
  read: readRunsSimilarity,
  draw: similarityMatrixPlot,
});

/** Reads all pairs of the study's runs, or of those of the requested rank. A larger matrix has a reason in its place. */
export async function readRunsSimilarity({
  context,
  measured,
  options,
}: PlotRequest): Promise<PlotFacts<RunsSimilarity>> {
  const rank = options.rank ?? null;
  const experiments = measured.experiments.filter((experiment) => rank === null || experiment.rank?.r === rank);
  const runs = experiments.flatMap((experiment) => {
    const checkpoint = finalCheckpoint(experiment);
    return checkpoint === undefined ? [] : [{ experiment, checkpoint }];
  });
  const shared = {
    rank,
    runs: runs.map(({ experiment }) => experiment.name),
    withoutWeights: experiments.length - runs.length,
  };
  const withoutMatrix = (missing: string) => complete({ ...shared, matrix: { missing } });
  if (runs.length === 0) return withoutMatrix(`No run${rank === null ? "" : ` of rank ${rank}`} has weights.`);
  if (runs.length > MAX_COMPARED_RUNS) {
    return withoutMatrix(
      `${runs.length} runs have weights; a plot shows at most ${MAX_COMPARED_RUNS}. Request a single rank.`,
    );
  }
  const waitMilliseconds = resolveWait(options.waitSeconds, context);
  const { loaders } = context;
  try {
    const matrix = await compareAllRuns(loaders.weights, loaders, runs, {
      measure: "COSINE",
      scaling: options.scaling,
      waitMilliseconds,
    });
    return { facts: { ...shared, matrix }, pendingJobs: matrix.pendingJobs };
  } catch (error) {
    if (error instanceof RankscopeError && error.code === "ARGUMENT_INVALID") return withoutMatrix(error.message);
    throw error;
  }
}

/** A cell of the matrix: two runs and their mean cosine similarity. */
interface RunPair {
  /** Indices of the runs. */
  readonly i: number;
  readonly j: number;
  readonly left: string;
  readonly right: string;
  readonly value: number | null;
  readonly layers: number;
  readonly reason: UndefinedReason | null;
}

/** The mean cosine similarity of every pair of runs, ordered so that similar runs are adjacent. */
export function similarityMatrixPlot(subject: Subject, { rank, runs, withoutWeights, matrix }: RunsSimilarity): Plot {
  const atRank = rank === null ? "" : ` at rank ${rank}`;
  const title = `Similarity of the weight updates by pair of runs${atRank}`;
  if ("missing" in matrix) {
    return {
      title,
      subtitle: [subjectLine(subject)],
      description: title,
      notes: [],
      table: { columns: TABLE_COLUMNS, rows: [] },
      body: matrix,
    };
  }
  const pairs = pairsOf(runs, matrix);
  const distinct = pairs.filter(({ i, j }) => i < j);
  const isComparable = pairs.some(({ value }) => value !== null);
  return {
    title,
    subtitle: [
      subjectLine(subject),
      `mean cosine over the layers of ${count(runs.length, "run")}, ordered by average linkage of 1 - cosine`,
    ],
    description: [
      `Mean cosine similarity of the updates of ${count(runs.length, "run")}${atRank}, in pairs.`,
      ...rangeText(distinct),
    ].join(" "),
    notes: [
      ...(withoutWeights > 0 ? [`${count(withoutWeights, "run")} without weights omitted.`] : []),
      ...undefinedNotes(distinct),
    ],
    table: {
      columns: TABLE_COLUMNS,
      rows: pairs.map(({ left, right, value, layers, reason }) => [left, right, value, layers, reason]),
    },
    body: isComparable ? body(pairs, runs) : { missing: `No pair of runs can be compared${atRank}.` },
  };
}

/** Returns the cells of the matrix, row by row, in the order of the clustering. */
function pairsOf(runs: readonly string[], { values, undefinedReasons, comparedLayers }: MeanMatrix): RunPair[] {
  const order = clusterOrder(values);
  return order.flatMap((i) =>
    order.map((j) => ({
      i,
      j,
      left: runs[i] ?? "",
      right: runs[j] ?? "",
      value: values[i]?.[j] ?? null,
      layers: comparedLayers[i]?.[j] ?? 0,
      reason: undefinedReasons[i]?.[j] ?? null,
    })),
  );
}

function rangeText(pairs: readonly RunPair[]): string[] {
  const values = pairs.flatMap(({ value }) => value ?? []);
  const maximum = largest(values);
  const highest = pairs.find(({ value }) => value === maximum);
  if (highest === undefined) return [];
  const runs = [highest.left, highest.right].map((name) => printable(shortened(name, 60))).join(" and ");
  return [`From ${figure(smallest(values))} to ${figure(maximum)} (${runs}) between different runs.`];
}

function undefinedNotes(pairs: readonly RunPair[]): string[] {
  const unknown = pairs.filter(({ value }) => value === null);
  const reason = unknown[0]?.reason;
  return reason == null ? [] : [`${count(unknown.length, "pair")} undefined: ${REASONS[reason]}.`];
}

function body(pairs: readonly RunPair[], runs: readonly string[]): VegaLite {
  const short = shortNames(runs, 26);
  const labelOf = (run: string) => short.get(run) ?? run;
  const labels = [...new Set(pairs.map(({ left }) => labelOf(left)))];
  const size = Math.min(34, Math.max(11, Math.floor(640 / runs.length)));
  return heatmap({
    cells: pairs.map(({ left, right, value, layers }) => ({
      row: labelOf(left),
      column: labelOf(right),
      value,
      details: { run: left, and: right, cosine: value, layers },
    })),
    rows: labels,
    columns: labels,
    titles: { row: null, column: null, value: "cosine" },
    size: { width: size, height: size },
    columnAngle: -90,
    extent: extentOf(pairs.flatMap(({ value }) => value ?? [])),
  });
}

const TABLE_COLUMNS = [
  { name: "run", type: "text" },
  { name: "other_run", type: "text" },
  { name: "mean_cosine", type: "number" },
  { name: "compared_layers", type: "integer" },
  { name: "undefined_reason", type: "text" },
] as const;

/** The distance of a pair whose cosine is undefined: no defined distance is greater. */
const UNDEFINED_DISTANCE = 2;

/**
 * Returns an order of the rows of `cosines` in which similar rows are adjacent: the leaves of an agglomerative clustering
 * with average linkage over 1 - cosine.
 *
 * @param cosines a symmetric matrix; null where undefined
 */
export function clusterOrder(cosines: readonly (readonly (number | null)[])[]): number[] {
  if (cosines.length < 3) return cosines.map((_, i) => i);
  const distances = cosines.map((row, i) => row.map((cosine, j) => (i === j ? 0 : distanceOf(cosine))));
  return agnes(distances, { method: "average", isDistanceMatrix: true }).indices();
}

function distanceOf(cosine: number | null): number {
  return cosine === null ? UNDEFINED_DISTANCE : Math.max(0, 1 - cosine);
}
