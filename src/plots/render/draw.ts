import { createRequire } from "node:module";
import path from "node:path";
import { createCanvas, GlobalFonts } from "@napi-rs/canvas";
import { Error as OnlyErrors, logger, parse, textMetrics, View, type Item, type Loader } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { FONT } from "../theme.js";
import type { VegaLite } from "../picture.js";

/** 240 MB while it is drawn; the largest picture, 64 runs by 64 at scale 4, has a quarter of it. */
const MOST_PIXELS = 60_000_000;

export interface DrawTask {
  readonly specification: VegaLite;
  readonly format: "svg" | "png";
  /** Pixels of a PNG for each of the picture's own; 1 to 4. */
  readonly scale: number;
}

/**
 * Makes this thread ready to draw: widths of texts are those of the font that is shipped, on every machine. It has the
 * widths of Arial and Helvetica, which is what a browser shows the SVG in where it has no Arimo.
 */
export function openDrawing(): (task: DrawTask) => Promise<Uint8Array> {
  for (const style of ["400Regular", "700Bold"]) GlobalFonts.registerFromPath(fontFile(style), FONT);
  const measure = createCanvas(1, 1).getContext("2d");
  textMetrics.width = (item: TextItem, text?: string) => {
    measure.font = `${item.fontWeight ?? "normal"} ${item.fontSize ?? 11}px ${FONT}`;
    return measure.measureText(text ?? writtenIn(item)).width;
  };
  return draw;
}

type TextItem = Item & { readonly fontWeight?: string | number; readonly fontSize?: number; readonly text?: unknown };

function writtenIn({ text }: TextItem): string {
  return typeof text === "string" || typeof text === "number" ? String(text) : "";
}

/** @returns the SVG as UTF-8, or the PNG */
async function draw({ specification, format, scale }: DrawTask): Promise<Uint8Array> {
  const { spec } = compile(specification as unknown as TopLevelSpec, { logger: logger(OnlyErrors) });
  // Expressions are interpreted as syntax trees: no text becomes code.
  const runtime = parse(spec, undefined, { ast: true });
  const view = new View(runtime, {
    renderer: "none",
    expr: expressionInterpreter,
    loader: NOTHING,
    logLevel: OnlyErrors,
  });
  try {
    const svg = await view.toSVG();
    if (format === "svg") return new TextEncoder().encode(svg);
    const [width = 1, height = 1] = sizeOf(svg).map((length) => Math.ceil(length * scale));
    if (width * height > MOST_PIXELS) throw new Error(`a picture of ${width} x ${height} pixels`);
    const canvas = createCanvas(width, height);
    const context = canvas.getContext("2d");
    // Vega fills its own, broken number of pixels: the last row would stay half transparent.
    context.fillStyle = view.background();
    context.fillRect(0, 0, width, height);
    await view.toCanvas(scale, { externalContext: context });
    return await canvas.encode("png");
  } finally {
    view.finalize();
  }
}

/** Only the SVG tells how large axes and titles made the picture. */
function sizeOf(svg: string): [number, number] {
  const [, width, height] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  if (width === undefined || height === undefined) throw new Error(`no size in ${svg.slice(0, 200)}`);
  return [Number(width), Number(height)];
}

/** Pictures have their data within them: nothing is read for them. */
const NOTHING = {
  load: () => Promise.reject(new Error("a picture tried to load a file")),
  sanitize: () => Promise.reject(new Error("a picture tried to load a file")),
} as unknown as Loader;

function fontFile(style: string): string {
  const at = path.dirname(createRequire(import.meta.url).resolve("@expo-google-fonts/arimo/package.json"));
  return path.join(at, style, `Arimo_${style}.ttf`);
}
