import { failure } from "../errors.js";

const DEFAULT_SCALE = 2;
const MAX_SCALE = 4;

/** Pixels of a PNG for each of the picture's own, as an address or a command line gives it. @throws ARGUMENT_INVALID */
export function plotScale(given: unknown): number {
  if (given === undefined) return DEFAULT_SCALE;
  const scale = typeof given === "string" && given.trim() !== "" ? Number(given) : NaN;
  if (scale >= 1 && scale <= MAX_SCALE) return scale;
  throw failure("ARGUMENT_INVALID", {
    where: "scale",
    received: JSON.stringify(given),
    allowed: `1 to ${MAX_SCALE}, pixels of a PNG for each of the picture's own`,
  });
}
