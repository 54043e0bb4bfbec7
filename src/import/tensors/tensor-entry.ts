/** One tensor of a weight file. */
export interface TensorEntry {
  readonly name: string;
  /** As safetensors spells it: `F32`, `BF16`, ... */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** Bits of one element by dtype, as safetensors spells it. */
const BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
};

export const DTYPES: readonly string[] = Object.keys(BITS);

/**
 * Returns the bytes of a tensor; undefined for an unknown dtype. Returns NaN if the size overflows, also if a later 0 in the
 * shape would hide the overflow.
 */
export function tensorBytes(dtype: string, shape: readonly number[]): number | undefined {
  const bits = Object.hasOwn(BITS, dtype) ? BITS[dtype] : undefined;
  if (bits === undefined) return undefined;
  const product = (one: number, other: number) => (Number.isSafeInteger(one * other) ? one * other : NaN);
  return shape.reduce(product, bits) / 8;
}
