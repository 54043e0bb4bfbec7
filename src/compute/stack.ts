import { Tensor } from "onnxruntime-node";
import type { Factors, Values } from "./engine-types.js";
import type { Precision } from "../model/computed-facts.js";

/** The shape of a stack: layers, members of each, their largest rank, and the layers' features. */
export interface StackShape {
  readonly layers: number;
  readonly members: number;
  readonly rank: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** Factors laid out as the graphs take them (see graphs.ts). */
export interface Stack {
  readonly shape: StackShape;
  readonly precision: Precision;
  readonly feeds: Readonly<Record<"a" | "b" | "stackedA" | "stackedB", Tensor>>;
}

/**
 * Lays out the factors of layers of one shape that have one number of members each. Factors are copied as they lie in their
 * files; smaller ranks are padded with zeros. float32 input stays float32 where no member is float64: the graph casts it.
 *
 * @param precision the least that the arithmetic needs of its input: float32 rounds float64 members
 */
export function stack(layers: readonly (readonly Factors[])[], precision: Precision): Stack {
  const all = layers.flat();
  const [first] = all;
  if (first === undefined) throw new Error("there is nothing to stack");
  const { inFeatures, outFeatures } = first;
  const members = layers[0]?.length ?? 0;
  const rank = all.reduce((most, factors) => Math.max(most, factors.rank), 0);
  const isDouble =
    precision === "float64" && all.some(({ a, b }) => a instanceof Float64Array || b instanceof Float64Array);
  const input = isDouble ? "float64" : "float32";
  const empty = (length: number): Values => (isDouble ? new Float64Array(length) : new Float32Array(length));
  const a = empty(all.length * rank * inFeatures);
  const b = empty(all.length * outFeatures * rank);
  all.forEach((factors, i) => {
    a.set(factors.a, i * rank * inFeatures);
    copyColumns(b, i * outFeatures * rank, rank, factors.b, factors.rank);
  });
  const count = layers.length;
  return {
    shape: { layers: count, members, rank, inFeatures, outFeatures },
    precision: input,
    feeds: {
      a: tensor(a, [count, members, rank, inFeatures]),
      b: tensor(b, [count, members, outFeatures, rank]),
      stackedA: integers(count, members * rank, inFeatures),
      stackedB: integers(count, members * rank, outFeatures),
    },
  };
}

/** Writes the rows of `source`, `columns` long, to rows that are `width` long. */
function copyColumns(target: Values, offset: number, width: number, source: Values, columns: number): void {
  if (width === columns) {
    target.set(source, offset);
    return;
  }
  for (let from = 0, to = offset; from < source.length; from += columns, to += width) {
    for (let column = 0; column < columns; column++) target[to + column] = source[from + column] as number;
  }
}

export function tensor(values: Values, dimensions: readonly number[]): Tensor {
  return values instanceof Float64Array
    ? new Tensor("float64", values, dimensions)
    : new Tensor("float32", values, dimensions);
}

/** A vector of int64: shapes and axes. */
export function integers(...values: readonly number[]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), [values.length]);
}
