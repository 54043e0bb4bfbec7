import type { Graph } from "./onnx-model.js";

/**
 * The one primitive: all inner products of N low-rank updates of one layer, for L layers of one shape at once.
 *
 * For factors A_i: r_i x in and B_i: out x r_i,
 *
 *     <B_i A_i, B_j A_j> = sum_pq (B_i^T B_j)_pq (A_i A_j^T)_pq
 *
 * so that dW = B A is never formed. The members' factors are stacked along K = sum r_i rows, and a membership matrix
 * sums each r_i x r_j block; ranks may differ without padding. Cost per layer: O(K^2 (in + out)).
 *
 * Inputs:
 * - `a` [L, K, in]: the A_i, one below the other
 * - `bT` [L, K, out]: the B_i^T likewise
 * - `members` [K, N]: 1 where row k belongs to member n
 * - `aligned` [K, K]: 1 where two rows are the same row of their members' A
 *
 * Outputs:
 * - `updates` [L, N, N]: <B_i A_i, B_j A_j>
 * - `initials` [L, N, N]: <A_i, A_j>, over the rows that both have
 */
export function lowRankGram(): Graph {
  return {
    name: "low-rank-gram",
    inputs: [
      { name: "a", dimensions: ["L", "K", "in"] },
      { name: "bT", dimensions: ["L", "K", "out"] },
      { name: "members", dimensions: ["K", "N"] },
      { name: "aligned", dimensions: ["K", "K"] },
    ],
    outputs: [
      { name: "updates", dimensions: ["L", "N", "N"] },
      { name: "initials", dimensions: ["L", "N", "N"] },
    ],
    nodes: [
      { op: "Transpose", inputs: ["a"], outputs: ["aT"], attributes: { perm: [0, 2, 1] } },
      { op: "Transpose", inputs: ["bT"], outputs: ["b"], attributes: { perm: [0, 2, 1] } },
      { op: "Transpose", inputs: ["members"], outputs: ["membersT"], attributes: { perm: [1, 0] } },
      { op: "MatMul", inputs: ["a", "aT"], outputs: ["gramA"] },
      { op: "MatMul", inputs: ["bT", "b"], outputs: ["gramB"] },
      { op: "Mul", inputs: ["gramA", "gramB"], outputs: ["products"] },
      { op: "MatMul", inputs: ["products", "members"], outputs: ["productsByMember"] },
      { op: "MatMul", inputs: ["membersT", "productsByMember"], outputs: ["updates"] },
      { op: "Mul", inputs: ["gramA", "aligned"], outputs: ["alignedA"] },
      { op: "MatMul", inputs: ["alignedA", "members"], outputs: ["alignedByMember"] },
      { op: "MatMul", inputs: ["membersT", "alignedByMember"], outputs: ["initials"] },
    ],
  };
}
