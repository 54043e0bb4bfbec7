import { Tensor } from "onnxruntime-node";
import type { Factors } from "./engine-types.js";
import type { Sessions } from "./sessions.js";
import { integers, stack } from "./stack.js";

/** Symmetric N x N matrices of one layer, row-major (see graphs.ts). */
export interface InnerProducts {
  readonly size: number;
  readonly updates: Float32Array | Float64Array;
  readonly initials: Float32Array | Float64Array;
  readonly terms: Float32Array | Float64Array;
}

/** All inner products of layers of one shape with one number of members each. */
export async function innerProducts(
  sessions: Sessions,
  layers: readonly (readonly Factors[])[],
): Promise<InnerProducts[]> {
  const { shape, precision, feeds } = stack(layers, sessions.precision);
  const { layers: count, members, rank } = shape;
  const { updates, initials, terms } = await sessions.run("innerProducts", precision, {
    ...feeds,
    blocks: integers(count, members, rank, members, rank),
    aligned: identity(rank, sessions.precision),
    columns: integers(4),
    rows: integers(2),
  });
  if (updates === undefined || initials === undefined || terms === undefined) throw new Error("an output is missing");
  const size = members ** 2;
  return layers.map((_, i) => {
    const of = (values: Float32Array | Float64Array) => values.subarray(i * size, (i + 1) * size);
    return { size: members, updates: of(updates), initials: of(initials), terms: of(terms) };
  });
}

/** The identity as [size, 1, size]. */
function identity(size: number, precision: Sessions["precision"]): Tensor {
  const values = precision === "float64" ? new Float64Array(size * size) : new Float32Array(size * size);
  for (let i = 0; i < size; i++) values[i * (size + 1)] = 1;
  return values instanceof Float64Array
    ? new Tensor("float64", values, [size, 1, size])
    : new Tensor("float32", values, [size, 1, size]);
}
