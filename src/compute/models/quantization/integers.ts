import { roundHalfEven, roundTo } from "./round-to.js";

/** Weights of LLM.int8(): one scale, the largest absolute value, for each row. */
export interface Int8Weight {
  readonly codes: Int8Array;
  readonly scales: Float32Array;
}

/** 1 / 127 in float32: int8_vectorwise_dequant of bitsandbytes/backends/default/ops.py. */
const INT8_STEP = Math.fround(7.874015718698502e-3);

/**
 * Quantizes `values` [out, in] by row, as bitsandbytes' Linear8bitLt does: rounded to float16 first, and without outlier columns,
 * which concern activations (bitsandbytes/backends/default/ops.py, int8_vectorwise_quant).
 */
export function quantizeInt8(values: Float32Array, inFeatures: number): Int8Weight {
  const halves = roundTo(values, "F16");
  const scales = new Float32Array(values.length / inFeatures);
  const codes = new Int8Array(values.length);
  for (let row = 0; row < scales.length; row++) {
    const first = row * inFeatures;
    const part = halves.subarray(first, first + inFeatures);
    const largest = part.reduce((maximum, value) => Math.max(maximum, Math.abs(value)), 0);
    scales[row] = largest;
    // PyTorch computes a number divided by a tensor as the reciprocal times the number, so this rounds twice.
    const factor = Math.fround(Math.fround(1 / largest) * 127);
    // A row of zeros has no scale.
    part.forEach((value, i) => {
      codes[first + i] = largest === 0 ? 0 : roundHalfEven(Math.fround(value * factor));
    });
  }
  return { codes, scales };
}

/** Returns code * scale / 127 in float32. */
export function dequantizeInt8({ codes, scales }: Int8Weight): Float32Array {
  const inFeatures = codes.length / scales.length;
  return Float32Array.from(codes, (code, i) => {
    return Math.fround(code * (scales[Math.floor(i / inFeatures)] ?? 0)) * INT8_STEP;
  });
}

interface GroupRounding {
  readonly bits: number;
  /** Consecutive elements of a row that share a scale; the last group of a row may be shorter. */
  readonly groupSize: number;
  readonly symmetric: boolean;
}

/**
 * Rounds `values` [out, in] to integers in groups of each row and returns the dequantized values in float32. Symmetric: integers
 * from -(2^(b-1) - 1) to 2^(b-1) - 1, scaled by the largest absolute value. Otherwise: 0 to 2^b - 1 with an integer zero point,
 * scaled by the range, which contains 0.
 */
export function roundGroups(values: Float32Array, inFeatures: number, rounding: GroupRounding): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += inFeatures) {
    for (let first = row; first < row + inFeatures; first += rounding.groupSize) {
      const end = Math.min(row + inFeatures, first + rounding.groupSize);
      roundGroup(values.subarray(first, end), result.subarray(first, end), rounding);
    }
  }
  return result;
}

function roundGroup(values: Float32Array, result: Float32Array, { bits, symmetric }: GroupRounding): void {
  let smallest = 0;
  let largest = 0;
  for (const value of values) {
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
  }
  const high = symmetric ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const low = symmetric ? -high : 0;
  const range = symmetric ? Math.max(largest, -smallest) : Math.fround(largest - smallest);
  const scale = Math.fround(range / high);
  // A group of zeros, or of values too small for a scale.
  if (scale === 0) return;
  const zero = symmetric ? 0 : roundHalfEven(Math.fround(-smallest / scale));
  const inverse = Math.fround(1 / scale);
  values.forEach((value, i) => {
    const code = Math.min(high, Math.max(low, roundHalfEven(Math.fround(value * inverse) + zero)));
    result[i] = (code - zero) * scale;
  });
}
