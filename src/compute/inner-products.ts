import { InferenceSession, Tensor } from "onnxruntime-node";
import { lowRankGram } from "./graphs.js";
import { onnxModel } from "./onnx-model.js";

/** The factors of one update, row-major: A is rank x inFeatures, B is outFeatures x rank. */
export interface Factors {
  readonly rank: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/** Symmetric N x N matrices of one layer, row-major. */
export interface InnerProducts {
  readonly size: number;
  /** <B_i A_i, B_j A_j> */
  readonly updates: Float64Array;
  /** <A_i, A_j> over the rows that both have */
  readonly initials: Float64Array;
}

/** Computes inner products of low-rank updates; `run` takes layers of one shape, each with the same ranks in order. */
export interface InnerProductKernel {
  run(layers: readonly (readonly Factors[])[]): Promise<InnerProducts[]>;
  close(): Promise<void>;
}

/** Opens the kernel on ONNX Runtime's cpu provider, in float64. */
export async function openInnerProducts(): Promise<InnerProductKernel> {
  const model = onnxModel(lowRankGram(), "float64");
  // Parallelism is across threads of the pool, each with its own session: one thread inside each keeps them from fighting.
  const session = await InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  return {
    async run(layers) {
      const [first] = layers;
      if (first === undefined) return [];
      const size = first.length;
      const { updates, initials } = await session.run(stack(layers, first));
      const split = (tensor: Tensor | undefined) => (tensor?.data as Float64Array).slice();
      const allUpdates = split(updates);
      const allInitials = split(initials);
      return layers.map((_, layer) => ({
        size,
        updates: allUpdates.subarray(layer * size * size, (layer + 1) * size * size),
        initials: allInitials.subarray(layer * size * size, (layer + 1) * size * size),
      }));
    },
    close: () => session.release(),
  };
}

/** The graph's four inputs (see graphs.ts for their shapes). */
function stack(layers: readonly (readonly Factors[])[], first: readonly Factors[]): Record<string, Tensor> {
  const rows = first.reduce((sum, { rank }) => sum + rank, 0);
  const inFeatures = first[0]?.inFeatures ?? 0;
  const outFeatures = first[0]?.outFeatures ?? 0;

  const a = new Float64Array(layers.length * rows * inFeatures);
  const bT = new Float64Array(layers.length * rows * outFeatures);
  layers.forEach((members, layer) => {
    let row = layer * rows;
    for (const member of members) {
      a.set(member.a, row * inFeatures);
      transposeInto(bT.subarray(row * outFeatures), member.b, outFeatures, member.rank);
      row += member.rank;
    }
  });

  const owner = first.flatMap(({ rank }, member) => Array.from({ length: rank }, (_, row) => ({ member, row })));
  const membership = new Float64Array(rows * first.length);
  const aligned = new Float64Array(rows * rows);
  owner.forEach(({ member, row }, k) => {
    membership[k * first.length + member] = 1;
    owner.forEach((other, l) => {
      if (other.row === row) aligned[k * rows + l] = 1;
    });
  });

  return {
    a: new Tensor("float64", a, [layers.length, rows, inFeatures]),
    bT: new Tensor("float64", bT, [layers.length, rows, outFeatures]),
    members: new Tensor("float64", membership, [rows, first.length]),
    aligned: new Tensor("float64", aligned, [rows, rows]),
  };
}

/** Writes the transpose of the row-major rows x columns matrix `source` to `target`. */
function transposeInto(target: Float64Array, source: Float64Array, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) target[j * rows + i] = source[i * columns + j] ?? 0;
  }
}
