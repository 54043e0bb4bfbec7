import type { Tensor } from "onnxruntime-node";
import type { Factors } from "../engine-types.js";
import { innerProductsGraph } from "../onnx/graphs.js";
import type { Sessions } from "../onnx/sessions.js";
import { floatTensor, integerTensor, stackFactors } from "../onnx/stack-factors.js";

/** Symmetric N x N matrices of one layer, row-major (see `innerProductsGraph`). */
export interface InnerProducts {
  /** N */
  readonly size: number;
  readonly updates: Float32Array | Float64Array;
  readonly initials: Float32Array | Float64Array;
  readonly terms: Float32Array | Float64Array;
}

/** Computes all inner products of layers of one shape with one number of members each. */
export async function innerProducts(
  sessions: Sessions,
  layers: readonly (readonly Factors[])[],
): Promise<InnerProducts[]> {
  const { shape, precision, feeds } = stackFactors(layers, sessions.precision);
  const { layers: count, members, rank } = shape;
  const { updates, initials, terms } = await sessions.run(innerProductsGraph, precision, {
    ...feeds,
    blocks: integerTensor([count, members, rank, members, rank]),
    aligned: identity(rank, sessions.precision),
    columns: integerTensor([4]),
    rows: integerTensor([2]),
  });
  if (updates === undefined || initials === undefined || terms === undefined) {
    throw new Error("The inner-products graph lacks an output.");
  }
  const elements = members ** 2;
  const ofLayer = (values: Float32Array | Float64Array, i: number) => values.subarray(i * elements, (i + 1) * elements);
  return layers.map((_, i) => ({
    size: members,
    updates: ofLayer(updates, i),
    initials: ofLayer(initials, i),
    terms: ofLayer(terms, i),
  }));
}

/** Returns the identity matrix as [size, 1, size]. */
function identity(size: number, precision: Sessions["precision"]): Tensor {
  const values = precision === "float64" ? new Float64Array(size * size) : new Float32Array(size * size);
  for (let i = 0; i < size; i++) values[i * (size + 1)] = 1;
  return floatTensor(values, [size, 1, size]);
}
