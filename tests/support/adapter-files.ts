import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** One tensor to write. The default data is zeros, as many bytes as dtype and shape require. */
export interface WrittenTensor {
  readonly dtype?: string;
  readonly shape: readonly number[];
  readonly data?: Uint8Array;
}

const BYTES: Record<string, number> = { F64: 8, F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, I64: 8 };

/** Returns a safetensors file of `tensors` in the given order. */
export function safetensors(tensors: Record<string, WrittenTensor>, metadata?: unknown): Buffer {
  let offset = 0;
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  const data: Uint8Array[] = [];
  for (const [name, { dtype = "F32", shape, data: given }] of Object.entries(tensors)) {
    const bytes = given ?? new Uint8Array(shape.reduce((size, length) => size * length, BYTES[dtype] ?? 0));
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    data.push(bytes);
  }
  return safetensorsOf(JSON.stringify(header), Buffer.concat(data));
}

/** Returns a safetensors file with the given header, valid or not. */
export function safetensorsOf(header: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), data]);
}

/** Returns row-major float32 values as bytes. */
export function float32(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** Returns the configuration that PEFT writes for plain LoRA, with `overrides`. */
export function adapterConfig(overrides: Record<string, unknown> = {}): string {
  return JSON.stringify({
    peft_type: "LORA",
    base_model_name_or_path: "tiny",
    r: 2,
    lora_alpha: 16,
    target_modules: ["c_attn"],
    ...overrides,
  });
}

/** Returns factors of `layers` layers of one shape, filled with a value that depends on `seed`. */
export function factorTensors(
  layers: number,
  rank = 2,
  seed = 1,
  prefix = "base_model.model.",
): Record<string, WrittenTensor> {
  const values = (n: number, phase: number) => float32(Array.from({ length: n }, (_, i) => Math.sin(i + phase)));
  return Object.fromEntries(
    Array.from({ length: layers }, (_, i) => `${prefix}transformer.h.${i}.attn.c_attn`).flatMap((module, i) => [
      [`${module}.lora_A.weight`, { shape: [rank, 6], data: values(rank * 6, seed + i) }],
      [`${module}.lora_B.weight`, { shape: [9, rank], data: values(rank * 9, 2 * seed + i) }],
    ]),
  );
}

/** Writes files given by relative path. */
export async function writeFiles(root: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), content);
  }
}
