import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { failure } from "../errors.js";
import { MAX_TENSOR_BYTES } from "./limits.js";
import type { TensorRecord } from "./records.js";

/** Decoders of the dtypes whose values can be read, to float64, which holds each exactly. */
const DECODERS: Readonly<Record<string, (bytes: DataView) => Float64Array>> = {
  F64: (bytes) => decode(bytes, 8, (at) => bytes.getFloat64(at, true)),
  F32: (bytes) => decode(bytes, 4, (at) => bytes.getFloat32(at, true)),
  F16: (bytes) => decode(bytes, 2, (at) => fromFloat16(bytes.getUint16(at, true))),
  BF16: (bytes) => decode(bytes, 2, (at) => fromBfloat16(bytes.getUint16(at, true))),
};

/** The dtypes that readTensorValues reads. */
export const READABLE_DTYPES: readonly string[] = Object.keys(DECODERS);

/**
 * Reads one tensor's values by range read, row-major, and checks that its bytes are still those that were imported.
 *
 * @throws WEIGHTS_MISSING, WEIGHTS_CHANGED, FILE_TOO_LARGE, ADAPTER_TENSORS_INVALID for a dtype without decoder
 */
export async function readTensorValues(path: string, tensor: TensorRecord): Promise<Float64Array> {
  const where = `${path}, tensor ${tensor.name}`;
  const decoder = DECODERS[tensor.dtype];
  if (decoder === undefined) {
    throw failure("ADAPTER_TENSORS_INVALID", {
      where,
      received: `dtype ${tensor.dtype}`,
      allowed: READABLE_DTYPES.join(", "),
    });
  }
  if (tensor.length > MAX_TENSOR_BYTES) {
    throw failure("FILE_TOO_LARGE", {
      where,
      received: `${tensor.length} bytes`,
      allowed: `${MAX_TENSOR_BYTES} bytes a tensor`,
    });
  }
  const bytes = await readRange(path, tensor, where);
  if (createHash("sha256").update(bytes).digest("hex") !== tensor.hash) {
    throw failure("WEIGHTS_CHANGED", { where, received: "other bytes than those imported" });
  }
  return decoder(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
}

async function readRange(path: string, { offset, length }: TensorRecord, where: string): Promise<Buffer> {
  const file = await open(path).catch((cause: unknown) => {
    throw failure("WEIGHTS_MISSING", { where, cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    if (bytesRead !== length)
      throw failure("WEIGHTS_CHANGED", { where, received: "a file that is shorter than it was" });
    return buffer;
  } finally {
    await file.close();
  }
}

function decode(bytes: DataView, width: number, value: (at: number) => number): Float64Array {
  return Float64Array.from({ length: bytes.byteLength / width }, (_, i) => value(i * width));
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a binary32. */
function fromBfloat16(bits: number): number {
  SCRATCH.setUint32(0, bits << 16);
  return SCRATCH.getFloat32(0);
}

const SCRATCH = new DataView(new ArrayBuffer(4));
