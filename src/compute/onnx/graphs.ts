import type { Precision } from "../../model/computed-facts.js";
import { ELEMENT_TYPE, type Graph, type Node, type Port } from "./onnx-model.js";

/**
 * The common part of the graphs: Gram matrices of the factors of N updates of one layer, for L layers of one shape. Ranks are
 * padded to R with zeros, which change no product.
 *
 * Inputs:
 * - `a` [L, N, R, in]: the A_i
 * - `b` [L, N, out, R]: the B_i, as files hold them
 *
 * Results, with K = N R rows stacked: `gramA` [L, K, K], all <a_ip, a_jq>, and `gramB` [L, K, K], all <b_ip, b_jq>, where
 * a_ip is row p of A_i and b_ip column p of B_i. Cost per layer: O(K^2 (in + out)); B A is never formed.
 */
function grams(input: Precision, arithmetic: Precision): { inputs: Port[]; nodes: Node[] } {
  // The cast comes last, so that reshaping and transposing move half as many bytes.
  const cast = (name: string, output: string): Node =>
    input === arithmetic
      ? { op: "Identity", inputs: [name], outputs: [output] }
      : { op: "Cast", inputs: [name], outputs: [output], attributes: { to: ELEMENT_TYPE[arithmetic] } };
  const gram = (rows: string, output: string): Node[] => [
    { op: "Transpose", inputs: [rows], outputs: [`${rows}Transposed`], attributes: { perm: [0, 2, 1] } },
    cast(rows, `${rows}Cast`),
    cast(`${rows}Transposed`, `${rows}TransposedCast`),
    { op: "MatMul", inputs: [`${rows}Cast`, `${rows}TransposedCast`], outputs: [output] },
  ];
  return {
    inputs: [
      { name: "a", type: input, dimensions: ["L", "N", "R", "in"] },
      { name: "b", type: input, dimensions: ["L", "N", "out", "R"] },
      // The shapes [L, N R, in] and [L, N R, out]: a graph cannot compute the product of two free dimensions.
      { name: "stackedA", type: "int64", dimensions: [3] },
      { name: "stackedB", type: "int64", dimensions: [3] },
    ],
    nodes: [
      { op: "Reshape", inputs: ["a", "stackedA"], outputs: ["rowsA"] },
      { op: "Transpose", inputs: ["b"], outputs: ["bTransposed"], attributes: { perm: [0, 1, 3, 2] } },
      { op: "Reshape", inputs: ["bTransposed", "stackedB"], outputs: ["rowsB"] },
      ...gram("rowsA", "gramA"),
      ...gram("rowsB", "gramB"),
    ],
  };
}

/**
 * Returns the graph of all inner products of N low-rank updates of one layer, for L layers at once:
 *
 *     <B_i A_i, B_j A_j> = sum_pq (B_i^T B_j)_pq (A_i A_j^T)_pq
 *
 * Inputs, in addition to those of `grams`:
 * - `blocks` [5]: L, N, R, N, R
 * - `aligned` [R, 1, R]: the identity matrix
 * - `columns` [1] and `rows` [1]: the axes 4 and 2, which are summed one after the other: faster than both at once
 *
 * Outputs:
 * - `updates` [L, N, N]: <B_i A_i, B_j A_j>
 * - `initials` [L, N, N]: <A_i, A_j>, row by row
 * - `terms` [L, N, N]: sum_p <a_ip, a_jp> <b_ip, b_jp>; at (i, i) the sum of the squared norms of the rank-one terms, which
 *   bounds the rounding error of `updates`
 */
export function innerProductsGraph(input: Precision, arithmetic: Precision): Graph {
  const { inputs, nodes } = grams(input, arithmetic);
  const sum = (name: string, output: string): Node[] => [
    { op: "ReduceSum", inputs: [name, "columns"], outputs: [`${name}Rows`], attributes: { keepdims: 0 } },
    { op: "ReduceSum", inputs: [`${name}Rows`, "rows"], outputs: [output], attributes: { keepdims: 0 } },
  ];
  return {
    name: "inner-products",
    inputs: [
      ...inputs,
      { name: "blocks", type: "int64", dimensions: [5] },
      { name: "aligned", type: arithmetic, dimensions: ["R", 1, "R"] },
      { name: "columns", type: "int64", dimensions: [1] },
      { name: "rows", type: "int64", dimensions: [1] },
    ],
    outputs: ["updates", "initials", "terms"].map((name) => ({ name, type: arithmetic, dimensions: ["L", "N", "N"] })),
    nodes: [
      ...nodes,
      { op: "Mul", inputs: ["gramA", "gramB"], outputs: ["products"] },
      { op: "Reshape", inputs: ["products", "blocks"], outputs: ["productBlocks"] },
      { op: "Reshape", inputs: ["gramA", "blocks"], outputs: ["blocksA"] },
      { op: "Mul", inputs: ["productBlocks", "aligned"], outputs: ["alignedProducts"] },
      { op: "Mul", inputs: ["blocksA", "aligned"], outputs: ["alignedA"] },
      ...sum("productBlocks", "updates"),
      ...sum("alignedA", "initials"),
      ...sum("alignedProducts", "terms"),
    ],
  };
}

/** Returns the graph of the Gram matrices `gramA` and `gramB` [L, K, K] themselves. */
export function gramsGraph(input: Precision, arithmetic: Precision): Graph {
  const { inputs, nodes } = grams(input, arithmetic);
  return {
    name: "grams",
    inputs,
    outputs: ["gramA", "gramB"].map((name) => ({ name, type: arithmetic, dimensions: ["L", "K", "K"] })),
    nodes,
  };
}

/**
 * Returns the graph of the Gram matrices of each member's factors with their rows combined: `gramA` [L, N, R, R] of
 * `rotationA` A_i and `gramB` of `rotationB` B_i^T. With the eigenvectors of A A^T as the rows of a rotation, the combined
 * rows are orthogonal up to rounding, and as accurate as A itself instead of as its squares.
 *
 * Inputs: `a` and `b` as in `grams`, `rotationA` and `rotationB` [L, N, R, R].
 */
export function rotatedGramsGraph(input: Precision, arithmetic: Precision): Graph {
  const toArithmetic = { to: ELEMENT_TYPE[arithmetic] };
  const gram = (factor: string): Node[] => [
    { op: "MatMul", inputs: [`rotation${factor}`, `rows${factor}`], outputs: [`rotated${factor}`] },
    {
      op: "Transpose",
      inputs: [`rotated${factor}`],
      outputs: [`transposed${factor}`],
      attributes: { perm: [0, 1, 3, 2] },
    },
    { op: "MatMul", inputs: [`rotated${factor}`, `transposed${factor}`], outputs: [`gram${factor}`] },
  ];
  const square = (name: string, type: Precision): Port => ({ name, type, dimensions: ["L", "N", "R", "R"] });
  return {
    name: "rotated-grams",
    inputs: [
      { name: "a", type: input, dimensions: ["L", "N", "R", "in"] },
      { name: "b", type: input, dimensions: ["L", "N", "out", "R"] },
      square("rotationA", arithmetic),
      square("rotationB", arithmetic),
    ],
    outputs: [square("gramA", arithmetic), square("gramB", arithmetic)],
    nodes: [
      { op: "Cast", inputs: ["a"], outputs: ["rowsA"], attributes: toArithmetic },
      { op: "Transpose", inputs: ["b"], outputs: ["bTransposed"], attributes: { perm: [0, 1, 3, 2] } },
      { op: "Cast", inputs: ["bTransposed"], outputs: ["rowsB"], attributes: toArithmetic },
      ...gram("A"),
      ...gram("B"),
    ],
  };
}

/**
 * Returns the graph of |B1 A1 - s B2 A2|^2 of a block of rows, with the difference formed: for the few pairs for which no
 * other formula is accurate enough.
 *
 * Inputs: `b1` [rows, r1], `a1` [r1, in], `b2` [rows, r2] (times s), `a2` [r2, in], `all` [2]: the axes 0 and 1.
 * Output: `squaredDistance` [].
 */
export function differenceGraph(): Graph {
  const port = (name: string, dimensions: Port["dimensions"]): Port => ({ name, type: "float64", dimensions });
  return {
    name: "difference",
    inputs: [
      port("b1", ["rows", "r1"]),
      port("a1", ["r1", "in"]),
      port("b2", ["rows", "r2"]),
      port("a2", ["r2", "in"]),
      { name: "all", type: "int64", dimensions: [2] },
    ],
    outputs: [port("squaredDistance", [])],
    nodes: [
      { op: "MatMul", inputs: ["b1", "a1"], outputs: ["w1"] },
      { op: "MatMul", inputs: ["b2", "a2"], outputs: ["w2"] },
      { op: "Sub", inputs: ["w1", "w2"], outputs: ["difference"] },
      { op: "Mul", inputs: ["difference", "difference"], outputs: ["squares"] },
      { op: "ReduceSum", inputs: ["squares", "all"], outputs: ["squaredDistance"], attributes: { keepdims: 0 } },
    ],
  };
}
