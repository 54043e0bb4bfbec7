import type { Factors, LayerTask, Provenance, SpectrumFacts, SubspaceFacts } from "./engine-types.js";
import type { Sessions } from "./sessions.js";
import { subspacePair, updateSvd, type UpdateSvd } from "./small-svd.js";
import { stack } from "./stack.js";

const CPU: Provenance = { provider: "cpu", precision: "float64", fallback: null };

/** The singular values of updates of one shape, each from its own r x r Gram matrices. */
export async function spectrumFacts(cpu: Sessions, members: readonly Factors[]): Promise<SpectrumFacts[]> {
  const grams = await gramsOf(
    cpu,
    members.map((member) => [member]),
  );
  return members.map(({ rank }, i): SpectrumFacts => {
    const svd = svdOf(grams[i], 0, rank);
    if (svd === undefined) return { singularValues: [], squaredNorm: null, ...CPU };
    const squaredNorm = svd.values.reduce((sum, value) => sum + value ** 2, 0);
    if (!Number.isFinite(squaredNorm)) return { singularValues: [], squaredNorm: null, ...CPU };
    return { singularValues: svd.values, squaredNorm, ...CPU };
  });
}

/** How the singular subspaces of pairs of updates lie to each other; layers of one shape and number of members. */
export async function subspaceFacts(cpu: Sessions, layers: readonly LayerTask[]): Promise<SubspaceFacts[][]> {
  const grams = await gramsOf(
    cpu,
    layers.map(({ members }) => members),
  );
  return layers.map(({ members, pairs }, layer) => {
    const gram = grams[layer];
    const svds = members.map(({ rank }, i) => svdOf(gram, i, rank));
    return pairs.map(({ left, right }): SubspaceFacts => {
      const [one, other] = [svds[left], svds[right]];
      if (gram === undefined || one === undefined || other === undefined || one.rank === 0 || other.rank === 0) {
        return { leftRank: 0, rightRank: 0, outOverlaps: [], inOverlaps: [], outCosines: [], inCosines: [], ...CPU };
      }
      const [r1, r2] = [one.leftOfB.rows, other.leftOfB.rows];
      const out = subspacePair(block(gram.b, gram, left, right, r1, r2), one.leftOfB, other.leftOfB);
      const inward = subspacePair(block(gram.a, gram, left, right, r1, r2), one.rightOfA, other.rightOfA);
      return {
        leftRank: one.rank,
        rightRank: other.rank,
        outOverlaps: out.overlaps,
        inOverlaps: inward.overlaps,
        outCosines: out.cosines,
        inCosines: inward.cosines,
        ...CPU,
      };
    });
  });
}

/** K x K Gram matrices of one layer's stack, in which each member has `padded` rows. */
interface Grams {
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly padded: number;
  /** K */
  readonly size: number;
}

async function gramsOf(cpu: Sessions, layers: readonly (readonly Factors[])[]): Promise<Grams[]> {
  const { shape, precision, feeds } = stack(layers, "float64");
  const { gramA, gramB } = await cpu.run("grams", precision, feeds);
  if (gramA === undefined || gramB === undefined) throw new Error("an output is missing");
  const size = shape.members * shape.rank;
  return layers.map((_, i) => {
    const of = (values: typeof gramA) => values.subarray(i * size * size, (i + 1) * size * size);
    return { a: of(gramA), b: of(gramB), padded: shape.rank, size };
  });
}

/** The r1 x r2 block of members `one` and `other`, without their padding. */
function block(
  values: ArrayLike<number>,
  { padded, size }: Grams,
  one: number,
  other: number,
  r1: number,
  r2: number,
): Float64Array {
  const result = new Float64Array(r1 * r2);
  for (let i = 0; i < r1; i++) {
    for (let j = 0; j < r2; j++) result[i * r2 + j] = values[(one * padded + i) * size + other * padded + j] ?? NaN;
  }
  return result;
}

/** Undefined where a weight is not finite, or its square is not. */
function svdOf(gram: Grams | undefined, member: number, rank: number): UpdateSvd | undefined {
  if (gram === undefined) return undefined;
  const [a, b] = [block(gram.a, gram, member, member, rank, rank), block(gram.b, gram, member, member, rank, rank)];
  return a.every(Number.isFinite) && b.every(Number.isFinite) ? updateSvd(a, b, rank) : undefined;
}
