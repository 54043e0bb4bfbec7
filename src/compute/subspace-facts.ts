import type { Factors, LayerTask } from "./engine-types.js";
import type { Execution, SpectrumFacts, SubspaceFacts } from "../model/computed-facts.js";
import type { Sessions } from "./sessions.js";
import { eigenvectors, gramRoot } from "./gram-root.js";
import { stack, tensor, type Stack } from "./stack.js";
import { subspacePair } from "./subspace-pair.js";
import { updateSvd, type UpdateSvd } from "./update-svd.js";

const CPU: Execution = { provider: "cpu", precision: "float64", fallback: null };

/** The singular values of updates of one shape, each from its own r x r Gram matrices. */
export async function spectrumFacts(cpu: Sessions, members: readonly Factors[]): Promise<SpectrumFacts[]> {
  const layers = members.map((member) => [member]);
  const stacked = stack(layers, "float64");
  const svds = await decompose(cpu, layers, stacked, await gramsOf(cpu, stacked));
  return members.map((_, i): SpectrumFacts => {
    const values = svds[i]?.[0]?.values;
    const squaredNorm = values?.reduce((sum, value) => sum + value ** 2, 0) ?? NaN;
    if (values === undefined || !Number.isFinite(squaredNorm)) return { singularValues: [], squaredNorm: null, ...CPU };
    return { singularValues: values, squaredNorm, ...CPU };
  });
}

/** How the singular subspaces of pairs of updates lie to each other; layers of one shape and number of members. */
export async function subspaceFacts(cpu: Sessions, layers: readonly LayerTask[]): Promise<SubspaceFacts[][]> {
  const members = layers.map((layer) => layer.members);
  const stacked = stack(members, "float64");
  const grams = await gramsOf(cpu, stacked);
  const decomposed = await decompose(cpu, members, stacked, grams);
  return layers.map(({ pairs }, layer) => {
    const [gram, svds] = [grams[layer], decomposed[layer]];
    return pairs.map(({ left, right }): SubspaceFacts => {
      const [one, other] = [svds?.[left], svds?.[right]];
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

async function gramsOf(cpu: Sessions, { shape, precision, feeds }: Stack): Promise<Grams[]> {
  const { gramA, gramB } = await cpu.run("grams", precision, feeds);
  if (gramA === undefined || gramB === undefined) throw new Error("an output is missing");
  const size = shape.members * shape.rank;
  return Array.from({ length: shape.layers }, (_, i) => {
    const of = (values: typeof gramA) => values.subarray(i * size * size, (i + 1) * size * size);
    return { a: of(gramA), b: of(gramB), padded: shape.rank, size };
  });
}

/** The r1 x r2 block of members `one` and `other`, without their padding. */
function block(
  values: ArrayLike<number>,
  { padded, size }: Pick<Grams, "padded" | "size">,
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

/**
 * The decomposition of every member of layers of one shape and number of members; undefined where a weight is not finite,
 * or its square is not. The factors are multiplied a second time, with their rows combined (see gram-root.ts).
 */
async function decompose(
  cpu: Sessions,
  layers: readonly (readonly Factors[])[],
  { shape, precision, feeds }: Stack,
  grams: readonly Grams[],
): Promise<(UpdateSvd | undefined)[][]> {
  const { members: count, rank: padded, inFeatures, outFeatures } = shape;
  const known = layers.map((members, layer) =>
    members.map(({ rank }, i) => {
      const gram = grams[layer];
      if (gram === undefined) return undefined;
      const [a, b] = [gram.a, gram.b].map((values) => block(values, gram, i, i, rank, rank));
      if (a === undefined || b === undefined || !a.every(Number.isFinite) || !b.every(Number.isFinite))
        return undefined;
      return { a: eigenvectors(a, rank), b: eigenvectors(b, rank) };
    }),
  );
  const rotations = (side: "a" | "b") => {
    const values = new Float64Array(layers.length * count * padded ** 2);
    known.flat().forEach((vectors, place) => {
      const turned = vectors?.[side].transpose();
      for (let p = 0; p < (turned?.rows ?? 0); p++) {
        for (let q = 0; q < (turned?.columns ?? 0); q++) {
          values[(place * padded + p) * padded + q] = turned?.get(p, q) ?? 0;
        }
      }
    });
    return tensor(values, [layers.length, count, padded, padded]);
  };
  const { a, b } = feeds;
  const rotated = await cpu.run("rotatedGrams", precision, {
    a,
    b,
    rotationA: rotations("a"),
    rotationB: rotations("b"),
  });
  const { gramA, gramB } = rotated;
  if (gramA === undefined || gramB === undefined) throw new Error("an output is missing");
  return layers.map((members, layer) =>
    members.map(({ rank }, i) => {
      const vectors = known[layer]?.[i];
      if (vectors === undefined) return undefined;
      const place = (layer * count + i) * padded ** 2;
      const own = (values: typeof gramA) =>
        block(values.subarray(place, place + padded ** 2), { padded, size: padded }, 0, 0, rank, rank);
      const [rootA, rootB] = [gramRoot(vectors.a, own(gramA), rank), gramRoot(vectors.b, own(gramB), rank)];
      return updateSvd(rootA, rootB, inFeatures, outFeatures);
    }),
  );
}
