import type { Factors, Values } from "./engine-types.js";
import type { Sessions } from "./sessions.js";
import { integers, tensor } from "./stack.js";

/** Elements of dW formed at once: 4 Mi float64 are 32 MB, for each of two updates and their difference. */
const BLOCK_ELEMENTS = 4 * 2 ** 20;

/**
 * |B1 A1 - s B2 A2|^2 with the difference formed, some rows at a time, in float64. The error is that of forming dW, about
 * eps |dW|, so that a distance of 1e-6 |dW| keeps ten digits. It costs out x in x (r1 + r2): for the few pairs that need it.
 */
export async function squaredDifference(cpu: Sessions, left: Factors, right: Factors, s: number): Promise<number> {
  const { inFeatures, outFeatures } = left;
  const rows = Math.max(1, Math.floor(BLOCK_ELEMENTS / inFeatures));
  const a1 = tensor(double(left.a), [left.rank, inFeatures]);
  const a2 = tensor(double(right.a), [right.rank, inFeatures]);
  let sum = 0;
  for (let from = 0; from < outFeatures; from += rows) {
    const to = Math.min(outFeatures, from + rows);
    const b1 = double(left.b.subarray(from * left.rank, to * left.rank));
    const b2 = double(right.b.subarray(from * right.rank, to * right.rank)).map((value) => s * value);
    const { squaredDistance } = await cpu.run("difference", "float64", {
      b1: tensor(b1, [to - from, left.rank]),
      a1,
      b2: tensor(b2, [to - from, right.rank]),
      a2,
      all: integers(0, 1),
    });
    sum += squaredDistance?.[0] ?? NaN;
  }
  return sum;
}

const double = (values: Values) => (values instanceof Float64Array ? values : Float64Array.from(values));
