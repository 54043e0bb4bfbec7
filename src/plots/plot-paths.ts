import { PlotKind } from "../model/enums/plot.js";

/** How a picture's files end. */
export const PLOT_FORMATS = ["svg", "png", "csv", "vl.json"] as const;
export type PlotFormat = (typeof PLOT_FORMATS)[number];

/** Under which the server has pictures. */
export const PLOTS_PATH = "/plots";

/** `RANK_THRESHOLD` as a file's name: `rank-threshold`. */
export function kindName(kind: PlotKind): string {
  return kind.toLowerCase().replaceAll("_", "-");
}

/** The kind that `name` names; undefined where there is none. */
export function kindOf(name: string): PlotKind | undefined {
  return Object.values(PlotKind).find((kind) => kindName(kind) === name);
}

/** Where the pictures' files are on this server. */
export interface PlotPaths {
  readonly svgUrl: string;
  readonly pngUrl: string;
  readonly csvUrl: string;
  readonly vegaLiteUrl: string;
}

/** @param parameters as writeParameters writes them */
export function plotPaths(slug: string | null, kind: PlotKind, parameters: string): PlotPaths {
  const place = slug === null ? `${PLOTS_PATH}/${kindName(kind)}` : `${PLOTS_PATH}/studies/${slug}/${kindName(kind)}`;
  const path = (format: PlotFormat) => `${place}.${format}${parameters === "" ? "" : `?${parameters}`}`;
  return { svgUrl: path("svg"), pngUrl: path("png"), csvUrl: path("csv"), vegaLiteUrl: path("vl.json") };
}

/** A file's name as kind and format; undefined where it is none of a picture. */
export function plotFile(file: string): { readonly kind: PlotKind; readonly format: PlotFormat } | undefined {
  const format = PLOT_FORMATS.find((ending) => file.endsWith(`.${ending}`));
  if (format === undefined) return undefined;
  const kind = kindOf(file.slice(0, -format.length - 1));
  return kind && { kind, format };
}
