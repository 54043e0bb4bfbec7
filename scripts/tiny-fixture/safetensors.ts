import { elementSize, encode, type Dtype } from "./dtype.js";
import type { Matrix } from "./matrix.js";

/**
 * Writes matrices of one dtype as the safetensors library does: an 8-byte little-endian header length, compact JSON
 * padded with spaces to a multiple of 8 bytes, then the tensors by name without gaps.
 */
export function safetensors(tensors: ReadonlyMap<string, Matrix>, dtype: Dtype): Uint8Array {
  // By code unit, not by locale; names are ASCII.
  const sorted = [...tensors].sort(([left], [right]) => (left < right ? -1 : 1));
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let end = 0;
  for (const [name, { rows, columns }] of sorted) {
    const start = end;
    end += rows * columns * elementSize(dtype);
    header[name] = { dtype, shape: [rows, columns], data_offsets: [start, end] };
  }
  const json = JSON.stringify(header);
  const padded = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true);
  return Buffer.concat([length, padded, ...sorted.map(([, { values }]) => encode(values, dtype))]);
}
