import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { peftPatterns } from "#src/derive/sensitivity/peft-patterns.js";
import { allocateRanks } from "#src/derive/sensitivity/rank-allocation.js";
import { modulePattern } from "#src/import/adapter/module-pattern.js";

const layers = fc.array(
  fc.record({
    inFeatures: fc.integer({ min: 1, max: 64 }),
    outFeatures: fc.integer({ min: 1, max: 64 }),
    sensitivity: fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1, noNaN: true })),
  }),
  { minLength: 1, maxLength: 6 },
);
const named = (all: { inFeatures: number; outFeatures: number; sensitivity: number }[]) =>
  all.map((layer, i) => ({ name: `h.${i}.attn`, ...layer }));
const RANKS = [1, 2, 4, 8];

describe("an allocation", () => {
  test("stays within its budget, uses allowed ranks only, and counts its parameters", () => {
    fc.assert(
      fc.property(layers, fc.integer({ min: 0, max: 5000 }), (all, budget) => {
        const given = named(all);
        const found = allocateRanks(given, { budget, allowedRanks: RANKS });
        const least = given.reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures + outFeatures, 0);
        if (least > budget) {
          expect(found).toBeUndefined();
          return;
        }
        const spent = given.reduce((sum, { inFeatures, outFeatures }, i) => {
          const rank = found?.ranks[i]?.rank ?? NaN;
          expect(RANKS).toContain(rank);
          return sum + rank * (inFeatures + outFeatures);
        }, 0);
        expect(found?.parameters).toBe(spent);
        expect(spent).toBeLessThanOrEqual(budget);
      }),
    );
  });

  test("leaves no affordable step of a sensitive layer", () => {
    fc.assert(
      fc.property(layers, fc.integer({ min: 0, max: 5000 }), (all, budget) => {
        const given = named(all);
        const found = allocateRanks(given, { budget, allowedRanks: RANKS });
        if (found === undefined) return;
        given.forEach(({ inFeatures, outFeatures, sensitivity }, i) => {
          const rank = found.ranks[i]?.rank ?? NaN;
          if (sensitivity === 0) expect(rank).toBe(1);
          else if (rank < 8) expect(found.parameters + rank * (inFeatures + outFeatures)).toBeGreaterThan(budget);
        });
      }),
    );
  });

  test("gives the more sensitive of two equally shaped layers at least as large a rank", () => {
    fc.assert(
      fc.property(
        // Hundredths: sensitivities that differ by a rounding gain the same, and then the first is served first.
        fc.array(
          fc.integer({ min: 0, max: 100 }).map((hundredths) => hundredths / 100),
          { minLength: 2, maxLength: 8 },
        ),
        fc.integer({ min: 8, max: 90 }),
        (scores, units) => {
          const given = named(scores.map((sensitivity) => ({ inFeatures: 1, outFeatures: 1, sensitivity })));
          const found = allocateRanks(given, { budget: units * 2, allowedRanks: RANKS });
          const ranks = found?.ranks.map(({ rank }) => rank) ?? [];
          ranks.forEach((rank, i) =>
            ranks.forEach((other, j) => {
              if ((scores[i] ?? 0) > (scores[j] ?? 0)) expect(rank).toBeGreaterThanOrEqual(other);
            }),
          );
        },
      ),
    );
  });
});

describe("PEFT's patterns", () => {
  const ranks = [
    { layer: "transformer.h.1.attn.c_attn", rank: 16 },
    { layer: "transformer.h.11.attn.c_attn", rank: 8 },
    { layer: "transformer.h.2.attn.c_attn", rank: 8 },
    { layer: "transformer.h.21.attn+c_attn", rank: 4 },
  ];
  const scale = { r: 8, loraAlpha: 16, useRslora: false, keepScale: true };

  test("contain only the exceptions, and each key matches its own module in PEFT", () => {
    const { r, loraAlpha, rankPattern, alphaPattern } = peftPatterns(ranks, scale);
    expect([r, loraAlpha]).toEqual([8, 16]);
    expect(Object.values(rankPattern)).toEqual([16, 4]);
    for (const [key, rank] of Object.entries(rankPattern)) {
      const own = ranks.filter(({ layer }) => modulePattern(key)(layer));
      expect(own.map((layer) => layer.rank)).toEqual([rank]);
      const python = new RegExp(`^(.*\\.)?(${key})$`);
      expect(ranks.filter(({ layer }) => python.test(`base_model.model.${layer}`))).toEqual(own);
      // alpha / r stays 2.
      expect(alphaPattern[key]).toBe(2 * rank);
    }
  });

  test("keep alpha / sqrt(r) with rsLoRA, and alpha itself without keepScale", () => {
    const { alphaPattern } = peftPatterns(ranks, { ...scale, useRslora: true });
    expect(Object.values(alphaPattern)[0]).toBeCloseTo(16 * Math.sqrt(2), 12);
    expect(peftPatterns(ranks, { ...scale, keepScale: false })).toMatchObject({ loraAlpha: 16, alphaPattern: {} });
  });

  test("use the smaller of two equally frequent ranks with its alpha", () => {
    expect(peftPatterns(ranks.slice(0, 2), scale)).toMatchObject({ r: 8 });
    expect(peftPatterns([{ layer: "a", rank: 4 }], scale)).toMatchObject({ r: 4, loraAlpha: 8, rankPattern: {} });
  });
});
