import { readFileSync } from "node:fs";
import type { Engine, Factors } from "#src/compute/engine-types.js";
import type { PairFacts, Provider } from "#src/model/computed-facts.js";
import { openEngine } from "#src/compute/engine.js";
import { pairFacts } from "#src/compute/facts/pair-facts.js";
import { randomFactors } from "#src/compute/benchmark/random-factors.js";

/** A pair that a provider compared, and the errors of the result. */
export interface Judged {
  readonly name: string;
  readonly provider: Provider;
  readonly precision: string;
  readonly fallback: string | null;
  readonly cosineError: number;
  readonly distanceError: number;
  /** Values outside the tolerances of the reported precision; empty if there are none. */
  readonly wrong: readonly string[];
}

interface Case {
  name: string;
  left: { a: number[][]; b: number[][] };
  right: { a: number[][]; b: number[][] };
  scalingRatio: number;
  leftSquaredNorm: number;
  rightSquaredNorm: number;
  distance: number;
  cosine: number | null;
}

/** Tolerance of each precision, from numerics.md of the design. */
const TOLERANCE = {
  float32: { cosine: 1e-5, relative: 1e-4 },
  float64: { cosine: 1e-12, relative: 1e-10 },
} as const;

/** Runs the reference cases (60 digits), larger random ones and non-finite weights on one provider. */
export async function runReferenceCases(provider: Provider, referenceFile: string | URL): Promise<Judged[]> {
  const reference = JSON.parse(readFileSync(referenceFile, "utf8")) as {
    inFeatures: number;
    outFeatures: number;
    cases: Case[];
  };
  const engine = openEngine({ provider, breakEvenFlops: {}, cpuThreads: 1 });
  const cpu = openEngine({ provider: "cpu", breakEvenFlops: {}, cpuThreads: 1 });
  try {
    const judged: Judged[] = [];
    for (const one of reference.cases) {
      const [left, right] = [factors(one.left, reference), factors(one.right, reference)];
      judged.push(judge(one.name, await compare(engine, left, right, one.scalingRatio), one));
    }
    const shape = { rank: 8, inFeatures: 1024, outFeatures: 3072 };
    const members = Array.from({ length: 6 }, (_, seed) => randomFactors({ ...shape, rank: 8 - (seed % 2) }, seed));
    const pairs = members.flatMap((_, left) => members.map((__, right) => ({ left, right, scalingRatio: 0.7 })));
    const [[found = []], [exact = []]] = [
      await engine.comparePairs(pairFacts, [{ members, pairs }]),
      await cpu.comparePairs(pairFacts, [{ members, pairs }]),
    ];
    pairs.forEach(({ left, right }, i) => {
      const [facts, expected] = [found[i], exact[i]];
      if (facts === undefined || expected === undefined) throw new Error("a pair has no facts");
      judged.push(
        judge(`random ${left} and ${right}, r ${8 - (left % 2)} and ${8 - (right % 2)}`, facts, asCase(expected)),
      );
    });
    for (const value of [NaN, Infinity]) judged.push(await notFinite(engine, members, value));
    return judged;
  } finally {
    await engine.close();
    await cpu.close();
  }
}

/** One of three members has a non-finite weight: its pairs are undefined, the other pair is not. */
async function notFinite(engine: Engine, members: readonly Factors[], value: number): Promise<Judged> {
  const [one, bad, other] = members as [Factors, Factors, Factors];
  const broken = { ...bad, a: bad.a.map((weight, i) => (i === 7 ? value : weight)) };
  const pair = (left: number, right: number) => ({ left, right, scalingRatio: 1 });
  const [[undefinedPair, good] = []] = await engine.comparePairs(pairFacts, [
    { members: [one, broken, other], pairs: [pair(0, 1), pair(0, 2)] },
  ]);
  if (undefinedPair === undefined || good === undefined) throw new Error("a pair has no facts");
  const wrong = [
    ...(undefinedPair.innerProduct === null && undefinedPair.squaredDistance === null ? [] : ["the pair has a value"]),
    ...(Number.isFinite(good.innerProduct) ? [] : ["the other pair has none"]),
  ];
  const { provider, precision, fallback } = good;
  return { name: `a weight that is ${value}`, provider, precision, fallback, cosineError: 0, distanceError: 0, wrong };
}

async function compare(engine: Engine, left: Factors, right: Factors, scalingRatio: number): Promise<PairFacts> {
  const [[facts] = []] = await engine.comparePairs(pairFacts, [
    { members: [left, right], pairs: [{ left: 0, right: 1, scalingRatio }] },
  ]);
  if (facts === undefined) throw new Error("no facts");
  return facts;
}

function judge(
  name: string,
  facts: PairFacts,
  expected: Omit<Case, "name" | "left" | "right" | "scalingRatio">,
): Judged {
  const { provider, precision, fallback, innerProduct, leftSquaredNorm, rightSquaredNorm, squaredDistance } = facts;
  const tolerance = TOLERANCE[precision];
  const wrong: string[] = [];
  const relative = (what: string, value: number | null, right: number) => {
    const error = right === 0 ? Math.abs(value ?? NaN) : Math.abs((value ?? NaN) / right - 1);
    if (!(error <= tolerance.relative)) wrong.push(`${what}: ${value} for ${right}`);
    return error;
  };
  relative("left norm", root(leftSquaredNorm), Math.sqrt(expected.leftSquaredNorm));
  relative("right norm", root(rightSquaredNorm), Math.sqrt(expected.rightSquaredNorm));
  const distance = Math.sqrt(squaredDistance ?? NaN);
  // Rounding the updates to float64 limits the distance to this precision for any method.
  const floor = 1e-15 * Math.sqrt(expected.leftSquaredNorm);
  let distanceError = 0;
  if (expected.distance > 1e5 * floor) distanceError = relative("distance", distance, expected.distance);
  else if (!(Math.abs(distance - expected.distance) <= floor))
    wrong.push(`distance: ${distance} for ${expected.distance}`);
  let cosineError = 0;
  if (expected.cosine !== null) {
    const cosine = (innerProduct ?? NaN) / (Math.sqrt(leftSquaredNorm ?? NaN) * Math.sqrt(rightSquaredNorm ?? NaN));
    cosineError = Math.abs(cosine - expected.cosine);
    if (!(cosineError <= tolerance.cosine)) wrong.push(`cosine: ${cosine} for ${expected.cosine}`);
  }
  return { name, provider, precision, fallback, cosineError, distanceError, wrong };
}

const root = (square: number | null) => Math.sqrt(square ?? NaN);

function asCase({ innerProduct, leftSquaredNorm, rightSquaredNorm, squaredDistance }: PairFacts) {
  const [left, right] = [leftSquaredNorm ?? NaN, rightSquaredNorm ?? NaN];
  return {
    leftSquaredNorm: left,
    rightSquaredNorm: right,
    distance: root(squaredDistance),
    cosine: (innerProduct ?? NaN) / Math.sqrt(left * right),
  };
}

function factors(
  { a, b }: Case["left"],
  { inFeatures, outFeatures }: { inFeatures: number; outFeatures: number },
): Factors {
  return {
    rank: a.length,
    inFeatures,
    outFeatures,
    a: Float64Array.from(a.flat()),
    b: Float64Array.from(b.flat()),
  };
}
