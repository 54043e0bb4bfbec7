import type { Configuration } from "../../derive/runs/comparison-roles.js";
import { printable, shortNames } from "../labels.js";
import type { VegaLite } from "../picture.js";
import { DASH_RANGE, SHAPE_RANGE } from "../theme.js";

/** What a study's pictures begin with. */
export interface Subject {
  readonly name: string;
  readonly baseModel: string | null;
  /** Who is compared with whom, and why; null where the study has no two sides. */
  readonly because: string | null;
  /** The baseline first; one a configuration where there are no two sides. */
  readonly sides: readonly Configuration[];
}

/** The first line under a title. */
export function subjectLine({ name, baseModel }: Subject): string {
  return printable(baseModel === null ? name : `${name}, ${baseModel}`);
}

/** What sides are called in legends, in order. */
export function sideNames({ sides, because }: Subject): ReadonlyMap<string, string> {
  const short = shortNames(sides.map(({ name }) => name));
  if (because === null) return short;
  const roles = ["baseline", "candidate"];
  return new Map(sides.map(({ name }, i) => [name, `${short.get(name) ?? name} (${roles[i] ?? ""})`]));
}

/** Who is compared, for titles: `16bit and 4bit`. */
export function sidesText({ sides }: Subject): string {
  const names = [...shortNames(sides.map(({ name }) => name)).values()];
  return names.length > 3 ? `${names.length} configurations` : names.join(" and ");
}

/** Pixels of a legend's width. */
const LEGEND_WIDTH = 620;

/** A legend over the picture, in as many columns as its names leave room for. */
export function topLegend(names: readonly string[], title: string | null = null): VegaLite {
  const widest = Math.max(...names.map((name) => 30 + 7 * name.length), 1);
  const columns = Math.max(1, Math.min(12, Math.floor(LEGEND_WIDTH / widest)));
  return { title, orient: "top", direction: "horizontal", columns };
}

/** A nominal field told apart by colour and shape. */
export function colourAndShape(field: string, domain: readonly string[], title: string | null = null): VegaLite {
  return {
    color: { field, type: "nominal", scale: { domain }, legend: topLegend(domain, title) },
    shape: { field, type: "nominal", scale: { domain, range: SHAPE_RANGE }, legend: topLegend(domain, title) },
  };
}

/** A nominal field told apart by colour alone: of bars, which stand beside each other in the legend's order. */
export function colour(field: string, domain: readonly string[], title: string | null = null): VegaLite {
  return { color: { field, type: "nominal", scale: { domain }, legend: topLegend(domain, title) } };
}

/** A nominal field told apart by dashes. */
export function dash(field: string, domain: readonly string[], title: string | null = null): VegaLite {
  return {
    strokeDash: {
      field,
      type: "nominal",
      scale: { domain, range: DASH_RANGE },
      legend: { ...topLegend(domain, title), symbolType: "stroke", symbolSize: 300 },
    },
  };
}
