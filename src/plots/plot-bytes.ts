import { createHash } from "node:crypto";
import { csvChunks } from "../export/csv.js";
import type { PlotTheme } from "../model/enums/plot.js";
import type { Picture, PictureTable } from "./picture.js";
import type { PlotFormat } from "./plot-paths.js";
import { RENDERER_VERSION } from "./render/renderer-version.js";
import type { Renderer } from "./render/renderer.js";
import { specification } from "./specification.js";

export const MEDIA_TYPES: Readonly<Record<PlotFormat, string>> = {
  svg: "image/svg+xml; charset=utf-8",
  png: "image/png",
  csv: "text/csv; charset=utf-8; header=present",
  "vl.json": "application/json; charset=utf-8",
};

/** A picture's file, not made yet. */
export interface PlotBytes {
  /** Names the bytes: equal tags are equal files. */
  readonly tag: string;
  /** @throws PLOT_QUEUE_FULL, PLOT_FAILED */
  make(): Promise<Uint8Array | string>;
}

/** The file of a picture in one format. @param scale pixels of a PNG for each of the picture's own */
export async function plotBytes(
  picture: Picture,
  { format, theme, scale }: { readonly format: PlotFormat; readonly theme: PlotTheme; readonly scale: number },
  renderer: Renderer,
): Promise<PlotBytes> {
  if (format === "csv") return kept(await csv(picture.table));
  const spec = specification(picture, theme);
  const text = JSON.stringify(spec);
  if (format === "vl.json") return kept(`${text}\n`);
  const tag = `${hash(text)}.${RENDERER_VERSION}.${format}${format === "png" ? scale : ""}`;
  return { tag, make: () => renderer.draw(tag, { specification: spec, format, scale }) };
}

function kept(text: string): PlotBytes {
  return { tag: hash(text), make: () => Promise.resolve(text) };
}

async function csv({ columns, rows }: PictureTable): Promise<string> {
  let text = "";
  for await (const chunk of csvChunks({ columns, rows: once(rows) })) text += chunk;
  return text;
}

// eslint-disable-next-line @typescript-eslint/require-await -- a table's rows are read as they come; these are there
async function* once<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
