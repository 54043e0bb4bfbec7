import { gramsGraph } from "../onnx/graphs.js";
import type { Sessions } from "../onnx/sessions.js";
import type { FactorStack } from "../onnx/stack-factors.js";

/** The K x K Gram matrices of one layer's stack, K = members * paddedRank, row-major. */
export interface FactorGrams {
  /** Gram matrix of the rows of all A. */
  readonly a: Float32Array | Float64Array;
  /** Gram matrix of the columns of all B. */
  readonly b: Float32Array | Float64Array;
  /** K */
  readonly size: number;
  /** Rows of each member in the stack. */
  readonly paddedRank: number;
}

/** A block of a square matrix: `rows` x `columns` elements from (`firstRow`, `firstColumn`) on. */
interface Block {
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly rows: number;
  readonly columns: number;
}

/** Computes the Gram matrices of each layer of a stack. */
export async function factorGrams(cpu: Sessions, { shape, precision, feeds }: FactorStack): Promise<FactorGrams[]> {
  const { gramA, gramB } = await cpu.run(gramsGraph, precision, feeds);
  if (gramA === undefined || gramB === undefined) throw new Error("The grams graph lacks an output.");
  const size = shape.members * shape.rank;
  const ofLayer = (values: typeof gramA, i: number) => values.subarray(i * size * size, (i + 1) * size * size);
  return Array.from({ length: shape.layers }, (_, i) => ({
    a: ofLayer(gramA, i),
    b: ofLayer(gramB, i),
    size,
    paddedRank: shape.rank,
  }));
}

/** Copies a block of the size x size matrix `values`. */
export function copyBlock(
  values: ArrayLike<number>,
  size: number,
  { firstRow, firstColumn, rows, columns }: Block,
): Float64Array {
  const block = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      block[i * columns + j] = values[(firstRow + i) * size + firstColumn + j] ?? NaN;
    }
  }
  return block;
}
