/** bitsandbytes' 4-bit types, bit for bit as its CPU kernel (bitsandbytes/backends/default/ops.py, quantize_4bit). */

export type FourBitType = "nf4" | "fp4";

/** Elements that share a scale: the default of Linear4bit. */
export const FOUR_BIT_BLOCK = 64;

/** The smallest divisor of a block: `absmax.clamp(min=1e-38)`. */
const MIN_ABSMAX = Math.fround(1e-38);

/** Values by code, in float32. NF4: QLoRA, appendix E. FP4 has a sign, two exponent bits and one of fraction. */
const VALUES: Readonly<Record<FourBitType, Float32Array>> = {
  nf4: Float32Array.of(
    -1,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1,
  ),
  fp4: Float32Array.of(
    ...[0, 1 / 192, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 6, 1 / 4],
    ...[0, -1 / 192, -2 / 3, -1, -1 / 3, -1 / 2, -1 / 6, -1 / 4],
  ),
};

/** Codes in the order of their values. Of FP4's two zeros, 8 stands for positive numbers that round to zero. */
const ORDER: Readonly<Record<FourBitType, readonly number[]>> = {
  nf4: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  fp4: [11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3],
};

/** Codes, packed two to a byte with the first in the high half, and the largest absolute value of each block. */
export interface FourBitWeight {
  readonly packed: Uint8Array;
  readonly absmax: Float32Array;
}

/** Quantizes `values`, [out, in] row-major, in blocks of 64 consecutive elements; the last may be shorter. */
export function quantizeFourBit(values: Float32Array, type: FourBitType): FourBitWeight {
  const bounds = boundsOf(type);
  const order = ORDER[type];
  const packed = new Uint8Array(Math.ceil(values.length / 2));
  const absmax = new Float32Array(Math.ceil(values.length / FOUR_BIT_BLOCK));
  for (let block = 0; block < absmax.length; block++) {
    const first = block * FOUR_BIT_BLOCK;
    const end = Math.min(values.length, first + FOUR_BIT_BLOCK);
    let largest = 0;
    for (let i = first; i < end; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0));
    // Only the last, shorter block is stored with the smallest divisor, and is divided by it.
    const isShort = end - first < FOUR_BIT_BLOCK;
    const divisor = Math.max(largest, MIN_ABSMAX);
    absmax[block] = isShort ? divisor : largest;
    const factor = Math.fround(1 / divisor);
    for (let i = first; i < end; i++) {
      const value = values[i] ?? 0;
      const scaled = Math.fround(isShort ? value / divisor : value * factor);
      const code = order[indexOf(bounds, scaled)] ?? 0;
      packed[i >> 1] = (packed[i >> 1] ?? 0) | (i % 2 === 0 ? code << 4 : code);
    }
  }
  // The second half of the last byte of an odd number of weights has the code of 0.
  if (values.length % 2 !== 0) {
    packed[packed.length - 1] = (packed[packed.length - 1] ?? 0) | (order[indexOf(bounds, 0)] ?? 0);
  }
  return { packed, absmax };
}

/** Returns the values of the codes times their block's scale, in float32. */
export function dequantizeFourBit({ packed, absmax }: FourBitWeight, type: FourBitType, length: number): Float32Array {
  const table = VALUES[type];
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const pair = packed[i >> 1] ?? 0;
    const code = i % 2 === 0 ? pair >> 4 : pair & 0xf;
    values[i] = (table[code] ?? 0) * (absmax[Math.floor(i / FOUR_BIT_BLOCK)] ?? 0);
  }
  return values;
}

/** Returns the midpoints of neighbouring values, in float32. */
function boundsOf(type: FourBitType): Float32Array {
  const sorted = ORDER[type].map((code) => VALUES[type][code] ?? 0);
  return Float32Array.from({ length: sorted.length - 1 }, (_, i) => {
    return Math.fround((sorted[i] ?? 0) + (sorted[i + 1] ?? 0)) / 2;
  });
}

/** Returns how many of 15 ascending bounds are below `value`: a value on a bound belongs to the lower code. */
function indexOf(bounds: Float32Array, value: number): number {
  let index = 0;
  for (let step = 8; step > 0; step >>= 1) {
    if (value > (bounds[index + step - 1] ?? Infinity)) index += step;
  }
  return index;
}
