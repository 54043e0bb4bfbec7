import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { degradationByRank } from "#src/derive/degradation/degradation.js";
import { detectFailureModes } from "#src/derive/failure-modes/failure-modes.js";
import type { FailureEvidence, RunSpectra } from "#src/derive/failure-modes/failure-mode-rule.js";
import type { LoggedCurve } from "#src/derive/runs/metric-choice.js";
import { curveFindings } from "#src/derive/failure-modes/curve-findings.js";
import { evaluationRise } from "#src/derive/failure-modes/evaluation-rise.js";
import type { Run } from "#src/derive/runs/comparison-roles.js";
import { findSpikes } from "#src/derive/failure-modes/find-spikes.js";
import { spectrum, undefinedSpectrum } from "#src/derive/spectra/spectrum.js";
import { evidence, evidenceOf, RULE } from "../../../support/evidence.js";
import { runs } from "../../../support/runs.js";

const healthy = evidence({ 8: { percent: 1, cosines: [0.99, 0.99] } });
const first = healthy.runs[0] as Run;

/** A curve of a point every ten steps. */
const curve = (values: readonly number[]): LoggedCurve => ({ steps: values.map((_, i) => 10 * (i + 1)), values });
const falling = Array.from({ length: 40 }, (_, i) => 2 + Math.exp(-i / 8) + 0.02 * Math.sin(7 * i));

function modes(rest: Partial<FailureEvidence>, of = healthy) {
  return detectFailureModes({ ...of, ...rest }, RULE);
}
const withCurves = (curves: Record<string, LoggedCurve>) => ({
  curves: new Map([[first.id, curveFindings(new Map(Object.entries(curves)))]]),
});

describe("spikes", () => {
  test("are points far above their neighbours, reported with step and run", () => {
    const spiked = falling.with(20, 6);
    const [mode, ...others] = modes(withCurves({ loss: curve(spiked) }));
    expect(others).toEqual([]);
    expect(mode).toMatchObject({
      kind: "LOSS_SPIKE",
      evidence: [{ label: "loss of 16bit_r8 at step 210", value: 6 }],
      experiments: [{ name: "16bit_r8" }],
    });
    expect(modes(withCurves({ grad_norm: curve(spiked) }))[0]?.kind).toBe("GRADIENT_SPIKE");
  });

  test("are not the start of a falling curve, dips or ripples", () => {
    expect(findSpikes(curve(falling))).toEqual([]);
    expect(findSpikes(curve(falling.with(20, 0.1)))).toEqual([]);
    expect(findSpikes(curve(falling.with(20, 2.3)))).toEqual([]);
    expect(findSpikes(curve([1, 9]))).toEqual([]);
  });

  test("include a single planted spike at any position, and nothing else", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 39 }), fc.double({ min: 8, max: 1e6, noNaN: true }), (at, height) => {
        expect(findSpikes(curve(falling.with(at, height))).map(({ step }) => step)).toEqual([10 * (at + 1)]);
      }),
    );
  });
});

describe("overfitting", () => {
  const training = curve(Array.from({ length: 40 }, (_, i) => 3 - 0.05 * i));
  const evaluation = (...values: number[]): LoggedCurve => ({ steps: values.map((_, i) => 100 * (i + 1)), values });

  test("is an evaluation loss that rises while the training loss falls", () => {
    expect(evaluationRise(training, evaluation(2.2, 2, 2.05, 2.1))).toEqual({
      bestStep: 200,
      percent: 5.000000000000004,
    });
    const [mode] = modes(withCurves({ loss: training, eval_loss: evaluation(2.2, 2, 2.05, 2.1) }));
    expect(mode).toMatchObject({
      kind: "OVERFITTING",
      evidence: [{ label: "rise of eval_loss of 16bit_r8 after step 200" }],
    });
  });

  test("is not a rise of one evaluation, a rise below 1 %, or a rise with the training loss", () => {
    expect(evaluationRise(training, evaluation(2.2, 2.1, 2, 2.1))).toBeUndefined();
    expect(evaluationRise(training, evaluation(2.2, 2, 2.01, 2.015))).toBeUndefined();
    const rising = curve([...training.values].reverse());
    expect(evaluationRise(rising, evaluation(2.2, 2, 2.05, 2.1))).toBeUndefined();
    expect(evaluationRise(training, evaluation())).toBeUndefined();
  });
});

test("NaN in curves, metrics and weights is reported first, with its location", () => {
  const all = runs([
    ["16bit", 16, 8, { training_loss: NaN }],
    ["4bit", 4, 8, { training_loss: 2 }],
  ]);
  const [run] = all as [Run];
  const spectra = [
    { run, layers: [{ layer: { name: "h.0" }, spectrum: undefinedSpectrum("NOT_FINITE") }], pendingJobs: [] },
  ];
  const curves = new Map([[run.id, curveFindings(new Map([["loss", curve([1, NaN, Infinity])]]))]]);
  const [mode] = detectFailureModes(evidenceOf(all, { spectra, curves }), RULE);
  expect(mode).toMatchObject({
    kind: "NON_FINITE",
    severity: "HIGH",
    symptom: "NaN or infinite numbers occur (16bit_r8: training_loss, loss at steps 20, 30, weights of h.0).",
    experiments: [{ name: "16bit_r8" }],
  });
});

test("a gradient that overflows once has low severity, because loss scaling skips its step", () => {
  const [mode] = modes(withCurves({ grad_norm: curve(falling.with(3, NaN)) }));
  expect(mode).toMatchObject({ kind: "NON_FINITE", severity: "LOW" });
  const both = modes(withCurves({ grad_norm: curve(falling.with(3, NaN)), loss: curve(falling.with(3, NaN)) }));
  expect(both[0]).toMatchObject({ kind: "NON_FINITE", severity: "HIGH" });
});

describe("weights", () => {
  const layers = (...values: number[][]): RunSpectra["layers"] =>
    values.map((singularValues, i) => {
      const squaredNorm = singularValues.reduce((sum, value) => sum + value ** 2, 0);
      return { layer: { name: `h.${i}.attn` }, spectrum: spectrum({ singularValues, squaredNorm }, 1) };
    });
  const spectra = (...values: number[][]) => ({
    spectra: [{ run: first, layers: layers(...values), pendingJobs: [] }],
  });

  test("with an effective rank far below r are reported as collapsed", () => {
    const [mode, ...others] = modes(spectra([1, 1e-6, 1e-6, 1e-6], [1, 0.9, 0.8, 0.7]));
    expect(others).toEqual([]);
    expect(mode).toMatchObject({
      kind: "RANK_COLLAPSE",
      symptom: expect.stringContaining("1 layer of 16bit_r8") as string,
    });
    expect(mode?.evidence[0]?.label).toBe("effective rank of h.0.attn in 16bit_r8, r = 4");
    expect(modes(spectra([1, 1e-6]))).toEqual([]);
  });

  test("that are zero or far below those of the same module are reported as dead", () => {
    const [zero] = modes(spectra([0, 0], [1, 1]));
    expect(zero).toMatchObject({ kind: "DEAD_LAYERS", evidence: [{ value: 0 }] });
    const [dead] = modes(spectra([1, 1], [1, 0.9], [1e-3, 1e-3], [0.9, 0.9]));
    expect(dead?.evidence.map(({ label }) => label)).toEqual(["norm of h.2.attn in 16bit_r8"]);
    expect(modes(spectra([1, 1], [0.05, 0.05], [1, 1]))).toEqual([]);
  });

  test("that are pending are reported as such", () => {
    const [mode] = modes({ spectra: [{ run: first, layers: [], pendingJobs: ["0190-job"] }] });
    expect(mode).toMatchObject({ kind: "WEIGHTS_PENDING", cause: expect.stringContaining("0190-job") as string });
    expect(mode?.experiments).toEqual([first]);
  });
});

describe("a sweep", () => {
  test("is incomplete if only one configuration has some ranks or seeds", () => {
    const all = runs([
      ["16bit", 16, 2, { training_loss: 2 }],
      ["16bit", 16, 8, { training_loss: 2 }, { seed: 1 }],
      ["16bit", 16, 8, { training_loss: 2 }, { seed: 2 }],
      ["4bit", 4, 8, { training_loss: 2 }, { seed: 1 }],
    ]);
    const mode = detectFailureModes(evidenceOf(all), RULE).find(({ kind }) => kind === "INCOMPLETE_SWEEP");
    expect(mode?.symptom).toBe("4bit has no run at r = 2; 4bit has no seed 2 at r = 8.");
    expect(mode?.experiments).toHaveLength(4);
  });

  test("has no failure at ranks that are not decided", () => {
    const seeds = (low: number, high: number) =>
      evidenceOf(
        runs([
          ["16bit", 16, 8, { training_loss: 2 }],
          ["16bit", 16, 8, { training_loss: 2.01 }],
          ["4bit", 4, 8, { training_loss: low }],
          ["4bit", 4, 8, { training_loss: high }],
        ]),
      );
    const severity = (of: FailureEvidence) =>
      detectFailureModes(of, RULE).find(({ kind }) => kind === "INSUFFICIENT_RANK")?.severity;
    expect(severity(seeds(2.4, 2.41))).toBe("HIGH");
    expect(severity(seeds(2, 2.3))).toBeUndefined();
  });

  test("that fails above an acceptable rank does not have too few directions", () => {
    const cosines = [0.99];
    const jumping = evidence({ 2: { percent: 1, cosines }, 4: { percent: 9, cosines }, 8: { percent: 1, cosines } });
    const found = Object.fromEntries(detectFailureModes(jumping, RULE).map(({ kind, cause }) => [kind, cause]));
    expect(found["INSUFFICIENT_RANK"]).toContain("A smaller rank is acceptable (r = 2)");
    expect(found).toHaveProperty("NON_MONOTONIC_RANK");
  });

  test("that improves does not degrade, also by a two-sided rule", () => {
    const better = evidence({ 8: { percent: -9, cosines: [0.99] } });
    const twoSided = { ...RULE, twoSided: true };
    const degradations = degradationByRank(better.runs, twoSided);
    expect(detectFailureModes({ ...better, degradations }, twoSided)).toEqual([]);
  });
});

test("the notebook judges the smallest rank and three layers only", () => {
  const study = evidence({ 2: { percent: -9, cosines: [1] }, 8: { percent: 9, cosines: [0.9], start: 0 } });
  const found = detectFailureModes(study, RULE, "NOTEBOOK");
  expect(found.map(({ kind, symptom }) => [kind, symptom])).toEqual([
    ["INSUFFICIENT_RANK", "The degradation at r = 2 is -9.00 %."],
    ["WEIGHT_DIVERGENCE", "The cosine similarity is 0.9000, below 0.95."],
  ]);
});
