import { failure } from "../errors.js";

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
