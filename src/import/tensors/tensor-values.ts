import { createHash } from "node:crypto";
import { failure } from "../../errors.js";
import type { OpenFile } from "../../files/open-file.js";
import type { TensorRecord } from "../../model/records.js";
import type { TensorEntry } from "./tensor-entry.js";

/** Decode little-endian bytes exactly. All of these dtypes but F64 fit into float32. */
const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => Float32Array | Float64Array>> = {
  F64: (bytes) => {
    const at = aligned(bytes, 8);
    return new Float64Array(at.buffer, at.byteOffset, at.byteLength / 8);
  },
  F32: (bytes) => {
    const at = aligned(bytes, 4);
    return new Float32Array(at.buffer, at.byteOffset, at.byteLength / 4);
  },
  F16: (bytes) => lookUp(words(bytes), (float16 ??= tableOf(2 ** 16, (bits) => floatOf(bits, 5, 10)))),
  BF16: fromBfloat16,
  F8_E5M2: (bytes) => lookUp(bytes, (float8e5m2 ??= tableOf(2 ** 8, (bits) => floatOf(bits, 5, 2)))),
  F8_E4M3: (bytes) => lookUp(bytes, (float8e4m3 ??= tableOf(2 ** 8, fromFloat8e4m3))),
};

/** The dtypes that tensorValues decodes. */
export const READABLE_DTYPES: readonly string[] = Object.keys(DECODERS);

/** The parts of a tensor's record that its values depend on. */
type ValuesRecord = Pick<TensorRecord, "dtype" | "shape" | "columnMajor" | "length" | "hash">;

/**
 * Returns one factor's values, row-major, decoded from its bytes: Float64Array for F64, else Float32Array. F32 and F64 are a
 * view of `bytes` if these are row-major and aligned for it, so `bytes` must not be reused. The machine must be little-endian, as all
 * machines that ONNX Runtime supports.
 *
 * @param where the file and tensor, for messages
 * @throws WEIGHTS_CHANGED if the bytes are not the imported ones, ADAPTER_TENSORS_INVALID for a dtype that is not decoded
 */
export function tensorValues(bytes: Uint8Array, tensor: ValuesRecord, where: string): Float32Array | Float64Array {
  const decoder = Object.hasOwn(DECODERS, tensor.dtype) ? DECODERS[tensor.dtype] : undefined;
  if (decoder === undefined) {
    const allowed = READABLE_DTYPES.join(", ");
    throw failure("ADAPTER_TENSORS_INVALID", { where, received: `dtype ${tensor.dtype}`, allowed });
  }
  if (bytes.length !== tensor.length) {
    throw failure("WEIGHTS_CHANGED", { where, received: `${bytes.length} bytes`, allowed: `${tensor.length} bytes` });
  }
  if (createHash("sha256").update(bytes).digest("hex") !== tensor.hash) {
    throw failure("WEIGHTS_CHANGED", { where, received: "bytes that differ from the imported ones" });
  }
  const values = decoder(bytes);
  return tensor.columnMajor ? rowMajor(values, tensor.shape) : values;
}

/**
 * Reads the value of a tensor of one element from an open file.
 *
 * @throws ADAPTER_TENSORS_INVALID for another number of elements or a dtype that is not decoded
 */
export async function readScalar({ handle }: OpenFile, tensor: TensorEntry, where: string): Promise<number> {
  const { dtype, offset, length, name } = tensor;
  const isOne = tensor.shape.every((size) => size === 1);
  const decoder = Object.hasOwn(DECODERS, dtype) ? DECODERS[dtype] : undefined;
  if (!isOne || decoder === undefined) {
    const received = `${name} as ${dtype} [${tensor.shape.join(", ")}]`;
    throw failure("ADAPTER_TENSORS_INVALID", { where, received, allowed: "one number" });
  }
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
  return decoder(buffer)[0] ?? NaN;
}

/** Transposes the column-major values of a matrix. */
function rowMajor<Values extends Float32Array | Float64Array>(values: Values, shape: readonly number[]): Values {
  const [rows = 0, columns = 0] = shape;
  const result = new (values.constructor as new (length: number) => Values)(values.length);
  for (let column = 0, from = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++, from++) result[row * columns + column] = values[from] ?? 0;
  }
  return result;
}

/** Returns bytes that an array of elements of `width` bytes can view: the same, or a copy. */
function aligned(bytes: Uint8Array, width: number): Uint8Array {
  // The slice() of a Buffer would be a view of the same memory.
  return bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
}

function words(bytes: Uint8Array): Uint16Array {
  const at = aligned(bytes, 2);
  return new Uint16Array(at.buffer, at.byteOffset, at.byteLength / 2);
}

/** bfloat16 is the upper half of a binary32. */
function fromBfloat16(bytes: Uint8Array): Float32Array {
  const halves = words(bytes);
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] ?? 0) << 16;
  return new Float32Array(bits.buffer);
}

/** Values by their bits, created at the first use: several times faster than computing each value. */
let float16: Float32Array | undefined;
let float8e5m2: Float32Array | undefined;
let float8e4m3: Float32Array | undefined;

function tableOf(length: number, value: (bits: number) => number): Float32Array {
  return Float32Array.from({ length }, (_, bits) => value(bits));
}

function lookUp(bits: Uint16Array | Uint8Array, table: Float32Array): Float32Array {
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i] ?? 0] ?? 0;
  return values;
}

/** Decodes IEEE 754's layout: sign bit, exponent, fraction. If all exponent bits are set, it is infinity or NaN. */
function floatOf(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >> (exponentBits + fractionBits) === 0 ? 1 : -1;
  const maxExponent = 2 ** exponentBits - 1;
  const bias = (maxExponent - 1) / 2;
  const exponent = (bits >> fractionBits) & maxExponent;
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  if (exponent === maxExponent) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** Decodes E4M3FN (Micikevicius et al. 2022, arXiv 2209.05433, section 3): no infinities, and NaN only if all bits are set. */
function fromFloat8e4m3(bits: number): number {
  const sign = bits >> 7 === 0 ? 1 : -1;
  if ((bits & 0x7f) === 0x7f) return NaN;
  const exponent = (bits >> 3) & 0xf;
  const fraction = (bits & 0x7) / 8;
  return exponent === 0 ? sign * fraction * 2 ** -6 : sign * (1 + fraction) * 2 ** (exponent - 7);
}
