/** The entry point of a renderer thread. Vega blocks the thread that it draws on. */

import { createRequire } from "node:module";
import path from "node:path";
import { createCanvas, GlobalFonts } from "@napi-rs/canvas";
import { Error as OnlyErrors, logger, parse, textMetrics, View, type Item, type Loader } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import type { VegaLite } from "../plot.js";
import { FONT } from "../theme.js";

/** Maximum number of pixels: 240 MB during drawing. The largest plot, 64 by 64 runs at scale 4, has a quarter of it. */
const MAX_PIXELS = 60_000_000;

export interface DrawTask {
  readonly specification: VegaLite;
  readonly format: "svg" | "png";
  /** Pixels of a PNG for each pixel of the plot, 1 to 4. */
  readonly scale: number;
}

/** Opened by the thread's first task. */
let drawing: ((task: DrawTask) => Promise<Uint8Array>) | undefined;

/** Draws a plot: the SVG as UTF-8, or the PNG. The pool of the renderer calls it. */
export function drawTask(task: DrawTask): Promise<Uint8Array> {
  drawing ??= openDrawing();
  return drawing(task);
}

/**
 * Prepares this thread for drawing, and returns the function that draws. Text is measured with the bundled font, so that
 * plots are equal on every machine. Its widths are those of Arial and Helvetica, which browsers without Arimo use.
 */
export function openDrawing(): (task: DrawTask) => Promise<Uint8Array> {
  for (const style of ["400Regular", "700Bold"]) GlobalFonts.registerFromPath(fontFile(style), FONT);
  const measure = createCanvas(1, 1).getContext("2d");
  textMetrics.width = (item: TextItem, text?: string) => {
    measure.font = `${item.fontWeight ?? "normal"} ${item.fontSize ?? 11}px ${FONT}`;
    return measure.measureText(text ?? textOf(item)).width;
  };
  return draw;
}

type TextItem = Item & { readonly fontWeight?: string | number; readonly fontSize?: number; readonly text?: unknown };

function textOf({ text }: TextItem): string {
  return typeof text === "string" || typeof text === "number" ? String(text) : "";
}

/** @returns the SVG as UTF-8, or the PNG */
async function draw({ specification, format, scale }: DrawTask): Promise<Uint8Array> {
  const { spec } = compile(specification as unknown as TopLevelSpec, { logger: logger(OnlyErrors) });
  // Expressions are interpreted as syntax trees: text in a specification never becomes code.
  const runtime = parse(spec, undefined, { ast: true });
  const view = new View(runtime, {
    renderer: "none",
    expr: expressionInterpreter,
    loader: NO_LOADER,
    logLevel: OnlyErrors,
  });
  try {
    const svg = await view.toSVG();
    if (format === "svg") return new TextEncoder().encode(svg);
    const [width = 1, height = 1] = sizeOf(svg).map((length) => Math.ceil(length * scale));
    if (width * height > MAX_PIXELS) throw new Error(`the plot has ${width} x ${height} pixels`);
    const canvas = createCanvas(width, height);
    const context = canvas.getContext("2d");
    // Vega fills a fractional number of pixels: the last row would be half transparent.
    context.fillStyle = view.background();
    context.fillRect(0, 0, width, height);
    await view.toCanvas(scale, { externalContext: context });
    return await canvas.encode("png");
  } finally {
    view.finalize();
  }
}

/** Returns width and height of an SVG. Only the SVG has the size with axes and titles. */
function sizeOf(svg: string): [number, number] {
  const [, width, height] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  if (width === undefined || height === undefined) throw new Error(`the SVG has no size: ${svg.slice(0, 200)}`);
  return [Number(width), Number(height)];
}

/** Rejects every load: specifications contain their data. */
const NO_LOADER = {
  load: () => Promise.reject(new Error("the plot tried to load a file")),
  sanitize: () => Promise.reject(new Error("the plot tried to load a file")),
} as unknown as Loader;

function fontFile(style: string): string {
  const at = path.dirname(createRequire(import.meta.url).resolve("@expo-google-fonts/arimo/package.json"));
  return path.join(at, style, `Arimo_${style}.ttf`);
}
