import type { Factors, Values } from "../engine-types.js";
import { differenceGraph } from "../onnx/graphs.js";
import type { Sessions } from "../onnx/sessions.js";
import { floatTensor, integerTensor } from "../onnx/stack-factors.js";

/** Elements of dW formed at once: 4 Mi float64 elements are 32 MB, for each of two updates and their difference. */
const MAX_BLOCK_ELEMENTS = 4 * 2 ** 20;

/**
 * Computes |B1 A1 - s B2 A2|^2 with the difference formed, in blocks of rows, in float64. The error is that of forming dW,
 * about eps |dW|, so that a distance of 1e-6 |dW| keeps ten digits. The cost is out x in x (r1 + r2), so it is for the few
 * pairs that need it.
 */
export async function squaredDifference(cpu: Sessions, left: Factors, right: Factors, s: number): Promise<number> {
  const { inFeatures, outFeatures } = left;
  const rows = Math.max(1, Math.floor(MAX_BLOCK_ELEMENTS / inFeatures));
  const a1 = floatTensor(toFloat64(left.a), [left.rank, inFeatures]);
  const a2 = floatTensor(toFloat64(right.a), [right.rank, inFeatures]);
  let sum = 0;
  for (let from = 0; from < outFeatures; from += rows) {
    const to = Math.min(outFeatures, from + rows);
    const b1 = toFloat64(left.b.subarray(from * left.rank, to * left.rank));
    const b2 = toFloat64(right.b.subarray(from * right.rank, to * right.rank)).map((value) => s * value);
    const { squaredDistance } = await cpu.run(differenceGraph, "float64", {
      b1: floatTensor(b1, [to - from, left.rank]),
      a1,
      b2: floatTensor(b2, [to - from, right.rank]),
      a2,
      all: integerTensor([0, 1]),
    });
    sum += squaredDistance?.[0] ?? NaN;
  }
  return sum;
}

function toFloat64(values: Values): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values);
}
