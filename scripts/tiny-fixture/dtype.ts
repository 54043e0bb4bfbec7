/** A safetensors element type that the study uses. */
export type Dtype = "F32" | "F16" | "BF16";

/** Bytes of one element. */
export function elementSize(dtype: Dtype): 2 | 4 {
  return dtype === "F32" ? 4 : 2;
}

/** Values in `dtype`, little-endian, each rounded to nearest, ties to even, as PyTorch casts float32. */
export function encode(values: Float64Array, dtype: Dtype): Uint8Array {
  const size = elementSize(dtype);
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (dtype === "F32") view.setFloat32(i * size, value, true);
    else view.setUint16(i * size, dtype === "F16" ? float16Bits(Math.fround(value)) : bfloat16Bits(value), true);
  });
  return bytes;
}

/** The upper half of float32's bits. Finite values only. */
function bfloat16Bits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const isOdd = (bits >>> 16) & 1;
  return (bits + 0x7fff + isOdd) >>> 16;
}

/** IEEE 754 binary16. Finite values below 65504 only. */
function float16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  // The spacing of binary16 numbers around `size`: 2^-24 for subnormal ones, twice as much for each power of two above.
  let exponent = 0;
  let spacing = 5.9604644775390625e-8;
  while (size >= 2048 * spacing) {
    spacing *= 2;
    exponent++;
  }
  const steps = roundToEven(size / spacing);
  // Normal numbers have 1024 steps or more: that hidden bit raises their exponent field by one, as does a carry.
  return sign + exponent * 1024 + steps;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
