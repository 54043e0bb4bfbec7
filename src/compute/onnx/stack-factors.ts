import { Tensor } from "onnxruntime-node";
import type { Precision } from "../../model/computed-facts.js";
import type { Factors, Values } from "../engine-types.js";

/** The sizes of a stack: ranks are padded to the largest. */
export interface StackShape {
  readonly layers: number;
  /** Members of each layer. */
  readonly members: number;
  readonly rank: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** Factors laid out as the graphs take them (see graphs.ts). */
export interface FactorStack {
  readonly shape: StackShape;
  readonly precision: Precision;
  readonly feeds: Readonly<Record<"a" | "b" | "stackedA" | "stackedB", Tensor>>;
}

/**
 * Lays out the factors of layers of one shape with one number of members each. Factors are copied as their files hold them;
 * smaller ranks are padded with zeros. Members in float32 stay so unless one is float64: the graph casts them.
 *
 * @param precision the precision of the arithmetic: float64 members are rounded for float32 arithmetic
 */
export function stackFactors(layers: readonly (readonly Factors[])[], precision: Precision): FactorStack {
  const all = layers.flat();
  const [first] = all;
  if (first === undefined) throw new Error("There are no factors to stack.");
  const { inFeatures, outFeatures } = first;
  const members = layers[0]?.length ?? 0;
  const rank = all.reduce((maximum, factors) => Math.max(maximum, factors.rank), 0);
  const isDouble =
    precision === "float64" && all.some(({ a, b }) => a instanceof Float64Array || b instanceof Float64Array);
  const zeros = (length: number): Values => (isDouble ? new Float64Array(length) : new Float32Array(length));
  const a = zeros(all.length * rank * inFeatures);
  const b = zeros(all.length * outFeatures * rank);
  all.forEach((factors, i) => {
    a.set(factors.a, i * rank * inFeatures);
    copyRows({ from: factors.b, columns: factors.rank, to: b, offset: i * outFeatures * rank, width: rank });
  });
  const count = layers.length;
  return {
    shape: { layers: count, members, rank, inFeatures, outFeatures },
    precision: isDouble ? "float64" : "float32",
    feeds: {
      a: floatTensor(a, [count, members, rank, inFeatures]),
      b: floatTensor(b, [count, members, outFeatures, rank]),
      stackedA: integerTensor([count, members * rank, inFeatures]),
      stackedB: integerTensor([count, members * rank, outFeatures]),
    },
  };
}

interface RowCopy {
  readonly from: Values;
  /** Length of the rows of `from`. */
  readonly columns: number;
  readonly to: Values;
  /** First element to write. */
  readonly offset: number;
  /** Length of the rows of `to`. */
  readonly width: number;
}

/** Copies the rows of a matrix into those of a wider one. */
function copyRows({ from, columns, to, offset, width }: RowCopy): void {
  if (width === columns) {
    to.set(from, offset);
    return;
  }
  for (let source = 0, target = offset; source < from.length; source += columns, target += width) {
    for (let column = 0; column < columns; column++) to[target + column] = from[source + column] as number;
  }
}

export function floatTensor(values: Values, dimensions: readonly number[]): Tensor {
  return values instanceof Float64Array
    ? new Tensor("float64", values, dimensions)
    : new Tensor("float32", values, dimensions);
}

/** Returns a vector of int64, for shapes and axes. */
export function integerTensor(values: readonly number[]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), [values.length]);
}
