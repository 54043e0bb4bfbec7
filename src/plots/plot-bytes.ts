import { createHash } from "node:crypto";
import { failure } from "../errors.js";
import { csvLine } from "../export/csv.js";
import type { PlotTheme } from "../model/enums/export.js";
import type { PlotFormat } from "./plot-paths.js";
import type { Plot, PlotTable } from "./plot.js";
import { RENDERER_VERSION, type Renderer } from "./render/renderer.js";
import { specification } from "./specification.js";

export const MEDIA_TYPES: Readonly<Record<PlotFormat, string>> = {
  svg: "image/svg+xml; charset=utf-8",
  png: "image/png",
  csv: "text/csv; charset=utf-8; header=present",
  "vl.json": "application/json; charset=utf-8",
};

/** The content of a plot's file, before it is drawn. */
interface PlotBytes {
  /** Identifies the bytes: files with equal tags are equal. */
  readonly tag: string;
  /** @throws PLOT_QUEUE_FULL, PLOT_FAILED */
  make(): Promise<Uint8Array | string>;
}

interface PlotFileOptions {
  readonly format: PlotFormat;
  readonly theme: PlotTheme;
  /** Pixels of a PNG for each pixel of the plot. */
  readonly scale: number;
}

/** Returns the file of a plot in one format. */
export function plotBytes(plot: Plot, { format, theme, scale }: PlotFileOptions, renderer: Renderer): PlotBytes {
  if (format === "csv") return textBytes(csvText(plot.table));
  const spec = specification(plot, theme);
  const text = JSON.stringify(spec);
  if (format === "vl.json") return textBytes(`${text}\n`);
  const tag = `${hash(text)}.${RENDERER_VERSION}.${format}${format === "png" ? scale : ""}`;
  return { tag, make: () => renderer.draw(tag, { specification: spec, format, scale }) };
}

function textBytes(text: string): PlotBytes {
  return { tag: hash(text), make: () => Promise.resolve(text) };
}

function csvText({ columns, rows }: PlotTable): string {
  return [columns.map(({ name }) => name), ...rows].map(csvLine).join("");
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

const DEFAULT_SCALE = 2;
const MAX_SCALE = 4;

/** Parses the scale of a PNG: its pixels for each pixel of the plot. @throws ARGUMENT_INVALID */
export function plotScale(value: unknown): number {
  if (value === undefined) return DEFAULT_SCALE;
  const scale = typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
  if (scale >= 1 && scale <= MAX_SCALE) return scale;
  throw failure("ARGUMENT_INVALID", {
    where: "scale",
    received: JSON.stringify(value),
    allowed: `a number from 1 to ${MAX_SCALE}`,
  });
}
