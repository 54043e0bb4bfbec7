import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMPARISON } from "#src/jobs/fact-kinds/comparison.js";
import { SPECTRUM } from "#src/jobs/fact-kinds/spectrum.js";
import { updateKey, updateRefKey } from "#src/model/weight-updates.js";
import { planJobs } from "#src/jobs/compute/plan-jobs.js";
import type { WeightUpdate, UpdatePair } from "#src/model/weight-updates.js";

const file = { hash: "f", size: 1, path: "/f" };

function part(
  layerId: string,
  hash: string,
  { rank = 2, inFeatures = 6, outFeatures = 9, rows }: Partial<Shape> = {},
): WeightUpdate {
  const tensor = { name: "", dtype: "F32", columnMajor: false, offset: 0, length: 0, hash, file };
  const factors = {
    checkpointId: "c",
    layerId,
    rank,
    scaling: 1,
    hash,
    transposed: false,
    a: { ...tensor, shape: [rank, inFeatures] },
    b: { ...tensor, shape: [outFeatures, rank] },
  };
  return { factors, rows };
}

interface Shape {
  rank: number;
  inFeatures: number;
  outFeatures: number;
  rows: { from: number; to: number };
}

const pair = (left: WeightUpdate, right: WeightUpdate, scalingRatio = 1): UpdatePair => ({ left, right, scalingRatio });

/** The results that a plan computes, derived from its members and items. */
function factsOf(plan: ReturnType<typeof planJobs>): string[] {
  return plan.flatMap(({ facts, layersFor }) =>
    layersFor(new Set(facts)).flatMap(({ members, items }) =>
      items.map(([left, right, ratio]) => {
        const [one, other] = [members[left], members[right]];
        if (one === undefined || other === undefined) throw new Error("an item names a member that is not there");
        return COMPARISON.textOf({ left: updateRefKey(one), right: updateRefKey(other), scalingRatio: ratio });
      }),
    ),
  );
}

describe("planJobs", () => {
  test("layers of one shape form one job, for any number of pairs", () => {
    const pairs = Array.from({ length: 24 }, (_, i) => pair(part(`l${i}`, `a${i}`), part(`l${i}`, `b${i}`)));
    expect(planJobs(COMPARISON, pairs)).toHaveLength(1);
  });

  test("layers of different shapes form different jobs", () => {
    const wide = { inFeatures: 12 };
    const pairs = [pair(part("l", "a"), part("l", "b")), pair(part("m", "c", wide), part("m", "d", wide))];
    expect(planJobs(COMPARISON, pairs)).toHaveLength(2);
  });

  test("all pairs of a layer form one stack that contains each member once", () => {
    const members = Array.from({ length: 5 }, (_, i) => part("l", `h${i}`));
    const pairs = members.flatMap((left, i) => members.slice(i + 1).map((right) => pair(left, right)));
    const [job, ...more] = planJobs(COMPARISON, pairs);
    expect(more).toEqual([]);
    const layers = job?.layersFor(new Set(job.facts)) ?? [];
    expect(layers).toHaveLength(1);
    expect(layers[0]?.members).toHaveLength(5);
    expect(layers[0]?.items).toHaveLength(10);
  });

  test("a part of a fused projection is a separate layer", () => {
    const rows = { from: 0, to: 3 };
    const pairs = [pair(part("l", "a"), part("l", "b")), pair(part("l", "a", { rows }), part("l", "b", { rows }))];
    const layers = planJobs(COMPARISON, pairs).flatMap(({ facts, layersFor }) => layersFor(new Set(facts)));
    expect(layers).toHaveLength(2);
  });

  test("a job contains only its own items and the members that they need", () => {
    const [a, b, c] = [part("l", "a"), part("l", "b"), part("l", "c")];
    const [job] = planJobs(COMPARISON, [pair(a, b), pair(b, c)]);
    const own = new Set([COMPARISON.textOf(COMPARISON.keyOf(pair(b, c)))]);
    const [layer] = job?.layersFor(own) ?? [];
    expect(layer?.members.map(({ hash }) => hash)).toEqual(["b", "c"]);
    expect(layer?.items).toEqual([[0, 1, 1]]);
  });

  test("each member has one spectrum item", () => {
    const [job] = planJobs(SPECTRUM, [part("l", "a"), part("m", "b")]);
    expect(job?.layersFor(new Set(job.facts)).map(({ members, items }) => [members.length, items])).toEqual([
      [1, [[0, 0, 1]]],
      [1, [[0, 0, 1]]],
    ]);
  });

  test("every result is computed exactly once, and only a stack of two members may exceed the size limit", () => {
    const STACK = 16 * 2 ** 20;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(1, 100, 400),
        (places, rank) => {
          const shape = { rank, inFeatures: 8192, outFeatures: 8192 };
          const pairs = places.map(([left, right]) =>
            pair(part("l", `h${left}`, shape), part("l", `h${right}`, shape)),
          );
          const distinct = new Map(pairs.map((one) => [COMPARISON.textOf(COMPARISON.keyOf(one)), one]));
          const plan = planJobs(COMPARISON, [...distinct.values()]);
          expect(factsOf(plan).sort()).toEqual([...distinct.keys()].sort());
          for (const { facts, layersFor } of plan) {
            for (const { members } of layersFor(new Set(facts))) {
              expect(members.length <= 2 || members.length * rank * 16384 <= STACK).toBe(true);
            }
          }
        },
      ),
    );
  });
});

describe("a pair requested in reverse order", () => {
  const facts = {
    innerProduct: 2,
    leftSquaredNorm: 3,
    rightSquaredNorm: 5,
    squaredDistance: 7,
    initialCosine: 0.5,
    provider: "cpu",
    precision: "float64",
    fallback: null,
    kernelVersion: 2,
    seconds: 0,
  } as const;
  const [a, b] = [part("l", "a"), part("l", "b")];

  test("is the stored result with left and right exchanged", () => {
    const turned = pair(b, a, 2);
    const key = COMPARISON.keyOf(turned);
    expect(key).toEqual({ left: updateKey(a), right: updateKey(b), scalingRatio: 0.5 });
    // |dWa - dWb / 2|^2 = 7, so |dWb - 2 dWa|^2 = 28
    expect(COMPARISON.factsFor({ ...key, ...facts }, turned)).toEqual({
      ...facts,
      leftSquaredNorm: 5,
      rightSquaredNorm: 3,
      squaredDistance: 28,
    });
  });
});
