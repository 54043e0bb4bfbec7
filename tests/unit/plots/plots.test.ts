import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { degradationByRank } from "#src/derive/degradation/degradation.js";
import { paretoFrontier } from "#src/derive/tradeoffs/pareto-frontier.js";
import { rankThreshold } from "#src/derive/degradation/rank-threshold.js";
import { resolveRoles } from "#src/derive/runs/resolve-roles.js";
import type { Run } from "#src/derive/runs/comparison-roles.js";
import { configurationMeans, comparedConfigurations } from "#src/derive/runs/configuration-means.js";
import { completeMean } from "#src/derive/statistics/complete-mean.js";
import { spectrumRange } from "#src/derive/spectra/spectrum.js";
import { degradationAcrossStudies } from "#src/plots/kinds/degradation-across-studies.js";
import { divergenceByRank } from "#src/plots/kinds/divergence-by-rank.js";
import { layerHeatmap } from "#src/plots/kinds/layer-heatmap.js";
import { layerSensitivityPlot } from "#src/plots/kinds/layer-sensitivity.js";
import { lossCurves } from "#src/plots/kinds/loss-curves.js";
import { memoryComparison } from "#src/plots/kinds/memory-comparison.js";
import { memoryVsPerformance } from "#src/plots/kinds/memory-vs-performance.js";
import { rankThresholdPlot } from "#src/plots/kinds/rank-threshold.js";
import { setLossByRank } from "#src/plots/kinds/set-loss-by-rank.js";
import { similarityMatrixPlot } from "#src/plots/kinds/similarity-matrix.js";
import { singularValueSpectra } from "#src/plots/kinds/singular-value-spectra.js";
import { tokenMatchByRank } from "#src/plots/kinds/token-match-by-rank.js";
import { trainingEfficiency } from "#src/plots/kinds/training-efficiency.js";
import { weightSimilarity } from "#src/plots/kinds/weight-similarity.js";
import type { Subject } from "#src/plots/parts/subject.js";
import { missingReason, type Plot } from "#src/plots/plot.js";
import { openDrawing } from "#src/plots/render/draw-thread.js";
import { specification } from "#src/plots/specification.js";
import { expectSpecification } from "../../support/plot-schema.js";
import { runs as makeRuns } from "../../support/runs.js";

const HOSTILE = [
  "<script>alert(1)</script>",
  `"quoted" 'twice' \`&amp; \\ %s {{x}} $\{y}`,
  "a".repeat(400),
  "ab ".repeat(150),
  "\u202egnirts \u05e2\u05d1\u05e8\u05d9\u05ea \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
  "line\nbreak\ttab\u0001control\ufffe",
  "",
  "datum.value; __proto__",
  "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}".repeat(30),
];

/** Every kind of plot of these runs, with synthetic weights for runs that have some. */
function plots(name: string, runs: readonly Run[], module = "attn.c_attn"): Record<string, Plot> {
  const roles = resolveRoles(runs);
  const configurations = comparedConfigurations(runs, roles);
  const subject: Subject = {
    name,
    baseModel: name,
    configurations: configurations.map((configuration) => configuration.name),
    hasRoles: roles !== undefined,
  };
  const metric = "training_loss";
  const rule = { metric, thresholdPercent: 5, twoSided: false };
  const degradations = degradationByRank(runs, rule, roles ?? null);
  const means = configurationMeans(runs, configurations, metric, 0.95);
  const points = runs.flatMap((run) => {
    const [x, y] = [run.metrics.get("peak_memory_mb"), run.metrics.get(metric)];
    return x === undefined || y === undefined || !Number.isFinite(x + y) ? [] : [{ item: run, x, y }];
  });
  const weighted = runs.filter(({ hasWeights }) => hasWeights);
  const compared = {
    rank: runs[0]?.rank ?? 1,
    baseline: weighted[0]?.name ?? null,
    candidate: weighted[1]?.name ?? null,
    sharedStart: false,
    initialCosine: 0.01,
    pairs: 2,
    pairsReason: null,
  };
  const layers = weighted.map((_, i) => ({
    name: `h.${i >> 1}.${module}${i % 2}`,
    index: i % 7 === 6 ? null : i >> 1,
    module: `${module}${i % 2}`,
    cosine: i % 5 === 4 ? null : Math.cos(i),
    spread: { pairs: 2, standardDeviation: 0.1, min: Math.cos(i) - 0.1, max: Math.cos(i) + 0.1 },
    undefinedReason: i % 5 === 4 ? ("ZERO_UPDATE" as const) : null,
  }));
  const some = weighted.slice(0, 64);
  const square = <Value>(value: (i: number, j: number) => Value) =>
    some.map((_, i) => some.map((__, j) => value(i, j)));
  const isUndefinedPair = (i: number, j: number) => i !== j && (i + j) % 9 === 8;
  const ranks = [...new Set(weighted.map(({ rank }) => rank))];
  const quantities = (sides: readonly string[]) =>
    ranks.flatMap((rank, i) =>
      sides.map((side, at) => {
        const isMissing = i % 3 === 2 && at > 0;
        const mean = isMissing ? null : completeMean([0.2 + i, 0.1 + at + i / rank], 0.95);
        return { rank, side, mean, reason: isMissing ? `The model of ${name} is not registered.` : null };
      }),
    );
  const set = { name: "jargon", items: 1 };
  return {
    divergence: divergenceByRank(subject, {
      set,
      quantities: quantities(["candidate against baseline", "baseline against another seed"]),
      confidence: 0.95,
    }),
    match: tokenMatchByRank(subject, { set, quantities: quantities(["candidate against baseline"]), confidence: 0.95 }),
    setLoss: setLossByRank(subject, { set, quantities: quantities(subject.configurations), confidence: 0.95 }),
    sensitivity: layerSensitivityPlot(subject, {
      rank: compared.rank,
      basis: weighted.length === 0 ? null : "MEASURED_KL",
      origin: weighted.length === 0 ? "It was not measured." : `Measured on ${name}.`,
      layers: layers.map((layer, i) => ({ ...layer, mean: 0.1 * i, min: 0, max: 0.2 * i, n: 1 + (i % 2) })),
    }),
    memory: memoryComparison(subject, {
      means: configurationMeans(runs, configurations, "peak_memory_mb", 0.95),
      reductions: [],
      confidence: 0.95,
    }),
    efficiency: trainingEfficiency(subject, {
      times: configurationMeans(runs, configurations, "time_per_step_seconds", 0.95),
      metric,
      means,
      confidence: 0.95,
    }),
    threshold: rankThresholdPlot(subject, {
      metric,
      means,
      degradations,
      threshold: rankThreshold(degradations),
      thresholdPercent: 5,
      twoSided: true,
      confidence: 0.95,
    }),
    tradeoff: memoryVsPerformance(subject, {
      metric,
      higherIsBetter: false,
      lacking: runs.length - points.length,
      configurations: [...new Set(runs.map(({ quantization }) => quantization.label))],
      points: paretoFrontier(points).map(({ item, ...point }) => ({
        ...point,
        name: item.name,
        rank: item.rank,
        configuration: item.quantization.label,
      })),
    }),
    similarity: weightSimilarity(subject, { ...compared, layers, mean: layers.length ? 0.5 : null, threshold: 0.95 }),
    heatmap: layerHeatmap(subject, {
      ...compared,
      layers: layers.map((layer) => ({
        ...layer,
        parts: layer.module.endsWith("0") ? [{ ...layer, name: "q", undefinedReason: null }] : [],
      })),
    }),
    curves: lossCurves(subject, {
      rank: null,
      curves: runs.flatMap((run) =>
        ["loss", "eval_loss"].map((curve) => ({
          run: run.name,
          configuration: run.quantization.label,
          rank: run.rank,
          curve,
          steps: Array.from({ length: 500 }, (_, i) => i),
          values: Array.from({ length: 500 }, (_, i) => (i === 250 ? NaN : 1 / (i + 1))),
        })),
      ),
    }),
    matrix: similarityMatrixPlot(subject, {
      rank: null,
      runs: some.map((run) => run.name),
      withoutWeights: runs.length - weighted.length,
      matrix:
        some.length === 0
          ? { missing: "No run has weights." }
          : {
              values: square((i, j) => (isUndefinedPair(i, j) ? null : Math.cos(i - j))),
              undefinedReasons: square((i, j) => (isUndefinedPair(i, j) ? "SHAPES_DIFFER" : null)),
              comparedLayers: square(() => 3),
            },
    }),
    spectra: singularValueSpectra(subject, {
      ...compared,
      modules: configurations.map((configuration) => ({
        configuration: configuration.name,
        module,
        undefinedReasons: [],
        range: spectrumRange(weighted.map((_, i) => [3 + i, 2, i === 0 ? 0 : 1e-9])),
      })),
    }),
    across: degradationAcrossStudies({
      metric,
      thresholdPercent: 5,
      twoSided: false,
      confidence: 0.95,
      notes: [],
      rows: degradations.map(({ rank, degradation }) => ({ slug: name, rank, degradation })),
    }),
  };
}

const full = (quantizations: readonly string[], ranks: readonly number[], seeds: number) =>
  makeRuns(
    quantizations.flatMap((label, i) =>
      ranks.flatMap((rank) =>
        Array.from({ length: seeds }, (_, seed) => {
          const metrics = {
            training_loss: 2 + 1 / rank + i / 50 + seed / 100,
            peak_memory_mb: 4000 - 3000 * i + rank,
            time_per_step_seconds: 1 + i + seed / 10,
          };
          return [label, i === 0 ? 16 : 4, rank, metrics, { seed, name: `${label}_r${rank}_s${seed}` }] as const;
        }),
      ),
    ),
  );

const shapes: Record<string, readonly Run[]> = {
  "a typical study": full(["16bit", "4bit"], [2, 4, 8, 16], 3),
  "one run": full(["16bit"], [8], 1),
  "one rank": full(["16bit", "4bit"], [8], 2),
  "no second configuration": full(["16bit"], [1, 2], 1),
  "200 runs": full(
    ["16bit", "4bit"],
    Array.from({ length: 50 }, (_, i) => i + 1),
    2,
  ),
  "no weights": full(["16bit", "4bit"], [2, 4], 1).map((run) => ({ ...run, hasWeights: false })),
  "no metrics": full(["16bit", "4bit"], [2, 4], 1).map((run) => ({ ...run, metrics: new Map() })),
  "a run that diverged": full(["16bit", "4bit"], [2, 4], 1).map((run, i) =>
    i === 3 ? { ...run, metrics: new Map([...run.metrics, ["training_loss", NaN]]) } : run,
  ),
};

/** A plural noun after the number one: "1 studies". */
const ONE_WITH_PLURAL = /(?<![\d.,-])1 (?:studies|configurations|runs|ranks|layers|curves|pairs|points)\b/;

describe.each(Object.entries(shapes))("plots of %s", (_shape, runs) => {
  const made = Object.entries(plots("A study", runs));

  test.each(made)("%s has a valid specification in both themes, a title and a description", (_kind, plot) => {
    expectSpecification(specification(plot, "LIGHT"));
    expectSpecification(specification(plot, "DARK"));
    expect(plot.title).toMatch(/^[A-Z]/);
    expect(plot.description.length).toBeGreaterThan(10);
    expect(JSON.stringify(plot)).not.toMatch(/NaN|Infinity|undefined \(/);
    const { title, subtitle, description, notes } = plot;
    expect([title, ...subtitle, description, ...notes].join("\n")).not.toMatch(ONE_WITH_PLURAL);
    const reason = missingReason(plot);
    expect(reason === null || /^[A-Z].*\.$/.test(reason), reason ?? "").toBe(true);
  });

  test("only plots with nothing to show have a reason", () => {
    const empty = made.filter(([, plot]) => missingReason(plot) !== null).map(([kind]) => kind);
    const expected: Record<string, string[]> = {
      "one run": ["similarity", "heatmap", "across"],
      "no second configuration": ["across"],
      "no weights": ["divergence", "match", "setLoss", "sensitivity", "similarity", "heatmap", "matrix", "spectra"],
      "no metrics": ["memory", "efficiency", "threshold", "tradeoff", "across"],
    };
    // The synthetic layers of a single run are still compared.
    expect(empty).toEqual((expected[_shape] ?? []).filter((kind) => !(_shape === "one run" && kind !== "across")));
  });
});

describe("hostile names", () => {
  const draw = openDrawing();

  test.each(HOSTILE)("%j is drawn as plain text", async (name) => {
    const named = full([`${name}16`, `${name}4`], [2, 4], 1).map((run, i) => ({ ...run, name: `${name}${i}` }));
    for (const [kind, plot] of Object.entries(plots(name, named, name))) {
      const spec = specification(plot, "LIGHT");
      expectSpecification(spec);
      const svg = new TextDecoder("utf-8", { fatal: true }).decode(
        await draw({ specification: spec, format: "svg", scale: 1 }),
      );
      expect(svg, kind).not.toMatch(/<script|<foreignObject|<image|javascript:/i);

      expect(svg, kind).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\u202a-\u202e]/);
      const [, width] = /^<svg[^>]* width="([\d.]+)"/.exec(svg) ?? [];
      expect(Number(width), kind).toBeLessThan(1500);
    }
  });

  test("specifications are valid and distinguish runs for any names", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 60 }), { minLength: 2, maxLength: 5 }), (names) => {
        const runs = full(["16bit", "4bit"], [2, 4, 8], 1).map((run, i) => ({
          ...run,
          name: `${names[i % names.length]}${i}`,
        }));
        const { curves, matrix } = plots(names[0] ?? "", runs, names[1]);
        for (const plot of [curves, matrix]) if (plot) expectSpecification(specification(plot, "DARK"));
        const body = matrix?.body as unknown as { data: { values: { row: string; column: string }[] } };
        expect(new Set(body.data.values.map(({ row }) => row)).size).toBe(runs.length);
      }),
      { numRuns: 25 },
    );
  });
});

describe("notes", () => {
  test("name the ranks and sides that were not measured, and why", () => {
    const { divergence } = plots("A study", shapes["a typical study"] ?? []);
    expect(divergence?.subtitle).toEqual([
      "A study, A study",
      "evaluation set jargon, 1 item",
      "n = 2 (pairs); whiskers: 95 % interval",
    ]);
    expect(divergence?.notes).toEqual([
      "Baseline against another seed at rank 8: The model of A study is not registered.",
    ]);
    expect(divergence?.table.rows.find((row) => row[0] === 8 && row[1] === "baseline against another seed")).toEqual([
      8,
      "baseline against another seed",
      null,
      null,
      null,
      null,
      "The model of A study is not registered.",
    ]);
  });

  test("state how many points of the curves are shown, evenly spaced", () => {
    const { curves } = plots("A study", shapes["200 runs"] ?? []);
    const [note, gaps] = curves?.notes ?? [];
    expect(curves?.table.rows.length).toBe(400 * 60);
    expect(note).toContain("from 200,000 logged points to 24,000: at most 60 of each curve, evenly spaced");
    expect(gaps).toBe("400 curves with gaps: values that are not finite.");
  });

  test("state how a single long curve is thinned", () => {
    const { curves } = plots("A study", full(["16bit", "4bit"], [8], 1).slice(0, 1));
    expect(curves?.notes[0]).toContain("from 1,000 logged points to 720");
  });

  test("state runs without weights, layers without a cosine, and different starts", () => {
    const runs = full(["16bit", "4bit"], [2, 4, 8], 1).map((run, i) => ({ ...run, hasWeights: i !== 0 }));
    const { matrix, similarity } = plots("A study", runs);
    expect(matrix?.notes[0]).toBe("1 run without weights omitted.");
    expect(similarity?.notes).toEqual([
      "The runs started from different A (mean cosine of A: 0.01); low cosines are not evidence about quantization.",
      "1 layer undefined: an update is zero.",
    ]);
  });
});
