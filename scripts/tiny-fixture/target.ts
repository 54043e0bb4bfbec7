import type { Layer } from "./layers.js";
import { innerProduct, matrix, plus, product, transposed, type Matrix } from "./matrix.js";
import { orthonormal } from "./orthonormal.js";
import { random } from "./random.js";

const DIRECTIONS = 12;
/** Ratio of each singular value to the previous one. */
const DECAY = 0.72;
/** Norm of the dense noise that represents 4-bit rounding, relative to the norm of the task's update. */
const ROUNDING = 0.12;

/**
 * Returns the target update (out x in) of a layer's training, the same for every rank. It has DIRECTIONS orthonormal
 * directions, geometrically decaying singular values and Frobenius norm 1.
 *
 * The target for a 4-bit base model differs: the output directions are rotated by the angle whose cosine is
 * `layer.targetCosine`, and small dense noise that represents rounding is added.
 */
export function target(layer: Layer, bits: 4 | 16): Matrix {
  const { normal } = random(`target/${layer.name}`);
  const outputs = orthonormal(2 * DIRECTIONS, layer.outFeatures, normal);
  const inputs = decaying(orthonormal(DIRECTIONS, layer.inFeatures, normal));
  const task = product(transposed(rowsFrom(outputs, 0)), inputs);
  if (bits === 16) return withNorm(task, 1);
  // Orthogonal to the task's update, because it uses the remaining output directions.
  const orthogonal = product(transposed(rowsFrom(outputs, DIRECTIONS)), inputs);
  const rotated = plus(
    withNorm(task, layer.targetCosine),
    withNorm(orthogonal, Math.sqrt(1 - layer.targetCosine * layer.targetCosine)),
    1,
  );
  return plus(rotated, withNorm(matrix(layer.outFeatures, layer.inFeatures, normal), ROUNDING), 1);
}

/** Returns DIRECTIONS rows of `source`, starting with row `first`. */
function rowsFrom({ columns, values }: Matrix, first: number): Matrix {
  return { rows: DIRECTIONS, columns, values: values.subarray(first * columns, (first + DIRECTIONS) * columns) };
}

/** Scales row i by DECAY^i. */
function decaying(source: Matrix): Matrix {
  const values = new Float64Array(source.values);
  for (let row = 0, weight = 1; row < source.rows; row++, weight *= DECAY) {
    for (let i = row * source.columns; i < (row + 1) * source.columns; i++) values[i] = (values[i] ?? 0) * weight;
  }
  return { ...source, values };
}

function withNorm(source: Matrix, norm: number): Matrix {
  const scale = norm / Math.sqrt(innerProduct(source, source));
  return { ...source, values: source.values.map((value) => value * scale) };
}
