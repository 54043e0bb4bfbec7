import { PlotKind } from "./plot-kinds.js";

/** The extensions of a plot's files. */
const PLOT_FORMATS = ["svg", "png", "csv", "vl.json"] as const;
export type PlotFormat = (typeof PLOT_FORMATS)[number];

/** The path on the server below which plots are. */
export const PLOTS_PATH = "/plots";

/** Returns the name of a kind in file names: `rank-threshold` for RANK_THRESHOLD. */
export function kindName(kind: PlotKind): string {
  return kind.toLowerCase().replaceAll("_", "-");
}

/** Returns the kind with this name in file names; undefined if there is none. */
export function kindOf(name: string): PlotKind | undefined {
  return Object.values(PlotKind).find((kind) => kindName(kind) === name);
}

/** The paths of a plot's files on this server. */
export interface PlotPaths {
  readonly svgUrl: string;
  readonly pngUrl: string;
  readonly csvUrl: string;
  readonly vegaLiteUrl: string;
}

/**
 * Returns the paths of a plot's files.
 *
 * @param slug the study; null for the plot across studies
 * @param parameters as returned by writeParameters
 */
export function plotPaths(slug: string | null, kind: PlotKind, parameters: string): PlotPaths {
  const folder = slug === null ? PLOTS_PATH : `${PLOTS_PATH}/studies/${slug}`;
  const query = parameters === "" ? "" : `?${parameters}`;
  const path = (format: PlotFormat) => `${folder}/${kindName(kind)}.${format}${query}`;
  return { svgUrl: path("svg"), pngUrl: path("png"), csvUrl: path("csv"), vegaLiteUrl: path("vl.json") };
}

/** A plot's file name, parsed. */
interface PlotFile {
  readonly kind: PlotKind;
  readonly format: PlotFormat;
}

/** Parses a plot's file name; undefined if it is not one. */
export function plotFile(file: string): PlotFile | undefined {
  const format = PLOT_FORMATS.find((extension) => file.endsWith(`.${extension}`));
  if (format === undefined) return undefined;
  const kind = kindOf(file.slice(0, -format.length - 1));
  return kind && { kind, format };
}
