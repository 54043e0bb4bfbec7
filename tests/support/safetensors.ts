import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { tensorValues } from "#src/import/tensors/tensor-values.js";

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** A tensor of a fixture: values in float32, or integers. */
export interface FixtureTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Uint8Array | Int8Array;
}

/** Reads the tensors of a safetensors file that a script under scripts/reference wrote. */
export function readSafetensors(file: string): Map<string, FixtureTensor> {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString("utf8", 8, start)) as Record<string, Entry>;
  const tensors = new Map<string, FixtureTensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const data = new Uint8Array(bytes.subarray(start + offsets[0], start + offsets[1]));
    tensors.set(name, { dtype, shape, values: decode(dtype, shape, data) });
  }
  return tensors;
}

function decode(dtype: string, shape: readonly number[], data: Uint8Array): FixtureTensor["values"] {
  if (dtype === "U8") return data;
  if (dtype === "I8") return new Int8Array(data.buffer);
  const hash = createHash("sha256").update(data).digest("hex");
  const record = { dtype, shape, columnMajor: false, length: data.length, hash };
  return tensorValues(data, record, "fixture") as Float32Array;
}
