import { DYNAMIC_MAP } from "./dynamic-map.js";

/** Scales that share a scale of their own: `blocksize=256` in bitsandbytes' quantize_4bit. */
const SCALE_BLOCK = 256;

/** Scales of blocks of weights, quantized to 8 bits (QLoRA, section 3, "double quantization"). */
export interface QuantizedScales {
  readonly codes: Uint8Array;
  /** Mean of the scales, which is subtracted before they are quantized. */
  readonly offset: number;
  /** The largest absolute value of each block of 256 scales without the mean. */
  readonly absmax: Float32Array;
}

/**
 * Quantizes scales as bitsandbytes does on CUDA: to the nearest of the 256 values. Its CPU kernel picks a neighbour of the nearest
 * one for some scales.
 */
export function quantizeScales(scales: Float32Array): QuantizedScales {
  const offset = Math.fround(scales.reduce((sum, scale) => sum + scale, 0) / scales.length);
  const centred = scales.map((scale) => scale - offset);
  const absmax = new Float32Array(Math.ceil(scales.length / SCALE_BLOCK));
  const codes = new Uint8Array(scales.length);
  for (let block = 0; block < absmax.length; block++) {
    const part = centred.subarray(block * SCALE_BLOCK, (block + 1) * SCALE_BLOCK);
    const largest = part.reduce((maximum, value) => Math.max(maximum, Math.abs(value)), 0);
    absmax[block] = largest;
    const factor = Math.fround(1 / largest);
    part.forEach((value, i) => {
      codes[block * SCALE_BLOCK + i] = largest === 0 ? ZERO : nearestCode(Math.fround(value * factor));
    });
  }
  return { codes, offset, absmax };
}

/** Returns the scales in float32: the mean is added to the rounded product. */
export function dequantizeScales({ codes, offset, absmax }: QuantizedScales): Float32Array {
  return Float32Array.from(codes, (code, i) => {
    const product = Math.fround(Math.fround(DYNAMIC_MAP[code] ?? 0) * (absmax[Math.floor(i / SCALE_BLOCK)] ?? 0));
    return product + offset;
  });
}

const ZERO = DYNAMIC_MAP.indexOf(0);

function nearestCode(value: number): number {
  let low = 0;
  let high = DYNAMIC_MAP.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((DYNAMIC_MAP[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  return value - (DYNAMIC_MAP[low] ?? 0) <= (DYNAMIC_MAP[high] ?? 0) - value ? low : high;
}
