import { readFileSync } from "node:fs";

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
    tensors.set(name, { dtype, shape, values: decode(dtype, data) });
  }
  return tensors;
}

function decode(dtype: string, data: Uint8Array): FixtureTensor["values"] {
  switch (dtype) {
    case "F32":
      return new Float32Array(data.buffer);
    case "BF16":
      // bfloat16 is the upper half of a float32.
      return new Float32Array(Uint32Array.from(new Uint16Array(data.buffer), (half) => half << 16).buffer);
    case "U8":
      return data;
    case "I8":
      return new Int8Array(data.buffer);
    default:
      throw new Error(`Fixtures hold no tensors of ${dtype}.`);
  }
}
