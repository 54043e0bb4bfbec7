/** Rounds float32 values to the precision that a model is loaded in; ties go to the even neighbour, as in PyTorch. */

export type StoredType = "F32" | "F16" | "BF16";

/** Returns the values after a conversion to `type` and back: the same array for F32, else a new one. */
export function roundTo(values: Float32Array, type: StoredType): Float32Array {
  if (type === "F32") return values;
  return values.map(type === "BF16" ? toBfloat16 : toFloat16);
}

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** bfloat16 is the upper half of a float32. */
function toBfloat16(value: number): number {
  if (Number.isNaN(value)) return value;
  FLOAT[0] = value;
  const bits = BITS[0] ?? 0;
  BITS[0] = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  return FLOAT[0];
}

/** The largest finite float16, and the number from which values become infinite. */
const FLOAT16_MAX = 65504;
const FLOAT16_OVERFLOW = 65520;
/** Exponent of the smallest normal float16, and bits of its fraction. */
const FLOAT16_MIN_EXPONENT = -14;
const FLOAT16_FRACTION_BITS = 10;

function toFloat16(value: number): number {
  const size = Math.abs(value);
  if (!(size > 0) || size === Infinity) return value;
  if (size >= FLOAT16_OVERFLOW) return Math.sign(value) * Infinity;
  FLOAT[0] = size;
  const exponent = Math.max(FLOAT16_MIN_EXPONENT, ((BITS[0] ?? 0) >>> 23) - 127);
  const step = 2 ** (exponent - FLOAT16_FRACTION_BITS);
  return Math.sign(value) * Math.min(FLOAT16_MAX, roundHalfEven(size / step) * step);
}

/** 1.5 * 2^52: adding it to a number below 2^51 leaves no bits for a fraction. */
const NO_FRACTION = 1.5 * 2 ** 52;

/** Returns the nearest integer, the even one of two. */
export function roundHalfEven(value: number): number {
  return value + NO_FRACTION - NO_FRACTION;
}
