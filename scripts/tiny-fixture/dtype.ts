/** Element type of a safetensors file that the study uses. */
export type Dtype = "F32" | "F16" | "BF16";

/** Size of one element in bytes. */
export function elementSize(dtype: Dtype): 2 | 4 {
  return dtype === "F32" ? 4 : 2;
}

/** Encodes values as `dtype`, little-endian. Rounds to nearest, ties to even, as PyTorch does when it casts float32. */
export function encode(values: Float64Array, dtype: Dtype): Uint8Array {
  const size = elementSize(dtype);
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (dtype === "F32") view.setFloat32(i * size, value, true);
    else if (dtype === "F16") view.setUint16(i * size, float16Bits(Math.fround(value)), true);
    else view.setUint16(i * size, bfloat16Bits(value), true);
  });
  return bytes;
}

/** Returns the bfloat16 bits of a finite value: the upper half of its float32 bits, rounded. */
function bfloat16Bits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const isOdd = (bits >>> 16) & 1;
  return (bits + 0x7fff + isOdd) >>> 16;
}

/** Returns the IEEE 754 binary16 bits of a finite value whose magnitude is below 65504. */
function float16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  // Spacing of binary16 numbers near `size`: 2^-24 for subnormal numbers, and twice as much for each power of two above.
  let exponent = 0;
  let spacing = 5.9604644775390625e-8;
  while (size >= 2048 * spacing) {
    spacing *= 2;
    exponent++;
  }
  const steps = roundToEven(size / spacing);
  // Normal numbers have 1024 steps or more. This hidden bit, like a carry, increases the exponent field by one.
  return sign + exponent * 1024 + steps;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
