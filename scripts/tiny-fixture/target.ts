import type { Layer } from "./layers.js";
import { innerProduct, matrix, plus, product, transposed, type Matrix } from "./matrix.js";
import { orthonormal } from "./orthonormal.js";
import { random } from "./random.js";

const DIRECTIONS = 12;
/** Each singular value over the one before it. */
const DECAY = 0.72;
/** Norm of the rounding of 4-bit weights that follows no direction, over the task's norm. */
const ROUNDING = 0.12;

/**
 * The update (out x in) that training pulls a layer's adapter towards, for every rank the same. It has DIRECTIONS
 * orthonormal directions, geometrically decaying singular values and Frobenius norm 1.
 *
 * A 4-bit base asks for another one: the output directions are turned by the angle of cosine `layer.targetCosine`, and small
 * dense noise is added, which stands for rounding.
 */
export function target(layer: Layer, bits: 4 | 16): Matrix {
  const { normal } = random(`target/${layer.name}`);
  const outputs = orthonormal(2 * DIRECTIONS, layer.outFeatures, normal);
  const inputs = decaying(orthonormal(DIRECTIONS, layer.inFeatures, normal));
  const asked = product(transposed(rowsFrom(outputs, 0)), inputs);
  if (bits === 16) return withNorm(asked, 1);
  // Orthogonal to what was asked, since the remaining output directions are.
  const aside = product(transposed(rowsFrom(outputs, DIRECTIONS)), inputs);
  const turned = plus(
    withNorm(asked, layer.targetCosine),
    withNorm(aside, Math.sqrt(1 - layer.targetCosine * layer.targetCosine)),
    1,
  );
  return plus(turned, withNorm(matrix(layer.outFeatures, layer.inFeatures, normal), ROUNDING), 1);
}

/** DIRECTIONS rows of `source`. */
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
