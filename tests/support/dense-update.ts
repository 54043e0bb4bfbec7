import { readFile } from "node:fs/promises";
import type { CheckpointRecord, FactorsRecord, TensorRecord } from "#src/model/records.js";
import { tensorValues } from "#src/import/tensors/tensor-values.js";

/** The update of one layer as the base model stores the weight, row-major, in float64. */
export interface DenseUpdate {
  readonly shape: readonly number[];
  readonly delta: readonly number[];
}

/** Figures of an update that another program computed. */
export interface ExpectedUpdate {
  readonly shape: readonly number[];
  readonly squaredNorm: number;
  /** Inner product with sin(1 + i * columns + j). */
  readonly probe: number;
}

/** Returns scaling * B * A of a layer, from the checkpoint's files. */
export async function denseUpdate(
  save: CheckpointRecord,
  { a, b, rank, scaling, transposed }: FactorsRecord,
): Promise<DenseUpdate> {
  const [valuesA, valuesB] = [await valuesOf(save, a), await valuesOf(save, b)];
  const [columns = 0, rows = 0] = [a.shape[1], b.shape[0]];
  const entry = (i: number, j: number) =>
    scaling *
    Array.from({ length: rank }, (_, k) => (valuesB[i * rank + k] ?? NaN) * (valuesA[k * columns + j] ?? NaN)).reduce(
      (sum, product) => sum + product,
      0,
    );
  const shape = transposed ? [columns, rows] : [rows, columns];
  const [height = 0, width = 0] = shape;
  const delta = Array.from({ length: height * width }, (_, at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    return transposed ? entry(j, i) : entry(i, j);
  });
  return { shape, delta };
}

/** Returns the squared norm of an update, and its inner product with the probe. */
export function figuresOf({ shape, delta }: DenseUpdate): ExpectedUpdate {
  return {
    shape,
    squaredNorm: delta.reduce((sum, value) => sum + value * value, 0),
    probe: delta.reduce((sum, value, at) => sum + value * Math.sin(1 + at), 0),
  };
}

async function valuesOf({ files }: CheckpointRecord, tensor: TensorRecord): Promise<Float32Array | Float64Array> {
  const file = files.find(({ hash }) => hash === tensor.file);
  if (file === undefined) throw new Error(`${tensor.name} lies in no file of its checkpoint`);
  const bytes = (await readFile(file.path)).subarray(tensor.offset, tensor.offset + tensor.length);
  return tensorValues(bytes, tensor, tensor.name);
}
