import { open } from "node:fs/promises";
import path from "node:path";
import { failure } from "../../errors.js";
import type { ModelFiles, ModelTensor } from "../../model/language-model.js";

/** Bytes of a file that are converted at once. */
const PIECE = 8 * 2 ** 20;
const BYTES = { F32: 4, F16: 2, BF16: 2 } as const;

/** A range of the rows of a tensor: of its first dimension. */
interface RowRange {
  readonly first: number;
  readonly count: number;
}

/** The buffer that a weight is read into, and the rows to read; all of them by default. */
interface ReadOptions {
  readonly rows?: RowRange;
  /** At least as long as the values; a new array by default. Reusing it bounds the memory, which is not freed at once. */
  readonly into?: Float32Array | undefined;
}

/**
 * Reads a tensor in float32. The memory is that of the result and of one piece of the file.
 *
 * @throws MODEL_TENSORS_INVALID for a missing tensor and a file that became shorter; the errors of node:fs
 */
export async function readWeight(files: ModelFiles, name: string, options: ReadOptions = {}): Promise<Float32Array> {
  const tensor = files.tensors.get(name);
  if (tensor === undefined) throw failure("MODEL_TENSORS_INVALID", { where: name, received: "no such tensor" });
  const rowElements = tensor.shape.slice(1).reduce((product, length) => product * length, 1);
  const { first, count } = options.rows ?? { first: 0, count: tensor.shape[0] ?? 1 };
  const elements = count * rowElements;
  const values = options.into?.subarray(0, elements) ?? new Float32Array(elements);
  const bytes = BYTES[tensor.dtype];
  const start = tensor.offset + first * rowElements * bytes;
  const handle = await open(path.join(files.folder, tensor.file), "r");
  try {
    const piece = Buffer.alloc(Math.min(PIECE, values.length * bytes));
    for (let done = 0; done < values.length; done += PIECE / bytes) {
      const part = values.subarray(done, done + PIECE / bytes);
      const { bytesRead } = await handle.read(piece, 0, part.length * bytes, start + done * bytes);
      if (bytesRead < part.length * bytes) {
        throw failure("MODEL_TENSORS_INVALID", { where: tensor.file, received: `a file that ends inside ${name}` });
      }
      convert(piece, tensor.dtype, part);
    }
  } finally {
    await handle.close();
  }
  return values;
}

/** Converts little-endian elements to float32, which is exact. */
function convert(bytes: Buffer, dtype: ModelTensor["dtype"], values: Float32Array): void {
  const count = values.length;
  if (dtype === "F32") {
    values.set(new Float32Array(bytes.buffer, bytes.byteOffset, count));
    return;
  }
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  const bits = new Uint32Array(values.buffer, values.byteOffset, count);
  if (dtype === "BF16") {
    for (let i = 0; i < count; i++) bits[i] = (halves[i] ?? 0) << 16;
  } else {
    for (let i = 0; i < count; i++) bits[i] = float32Bits(halves[i] ?? 0);
  }
}

/** Returns the bits of the float32 that equals a float16 (IEEE 754 binary16). */
function float32Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal float16 is a normal float32: its leading bit becomes the implicit one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
