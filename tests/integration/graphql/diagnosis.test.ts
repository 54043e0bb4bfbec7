import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freshDatabase } from "../../support/database.js";
import { inProcessWeights } from "../../support/in-process-weights.js";
import { serveWeights, type WeightsServer } from "../../support/serve-weights.js";
import { storedStudy, type StoredIds, type StoredRun } from "../../support/stored-study.js";
import { attention, feedForward } from "../../support/two-studies.js";

const fresh = freshDatabase();
const weights = inProcessWeights();
let server: WeightsServer;
let folder: string;
let seeds: StoredIds;

const adapter = {
  r: 4,
  loraAlpha: 16,
  useRslora: false,
  useDora: false,
  fanInFanOut: true,
  loraDropout: 0,
  bias: "none",
  targetModules: ["c_attn", "c_fc"],
  rankPattern: {},
  alphaPattern: {},
  initLoraWeights: "true",
  revision: null,
  taskType: "CAUSAL_LM",
};

/** One rank with three seeds each for baseline and candidate; seed 1 has weights from one A in both, seed 2 from another. */
const run = (
  bits: number,
  seed: number,
  loss: number,
  evalCurve: number[],
  method = bits === 4 ? "QLORA" : "LORA",
): StoredRun => ({
  name: `${bits}bit_r4_seed${seed}${method.includes("DORA") ? "_dora" : ""}`,
  bits,
  rank: 4,
  seed,
  method,
  adapter,
  metrics: { training_loss: loss, peak_memory_mb: 100 * bits, eval_accuracy: 1 / loss },
  curves: { eval_loss: evalCurve, loss: [3, 2.5, 2.2, 2] },
  checkpoints:
    seed > 2
      ? {}
      : {
          900: [attention(0, 4, seed + bits / 100 + 0.001), feedForward(1, 4, 2 * seed + bits / 50 + 0.001)],
          1000: [attention(0, 4, seed + bits / 100), feedForward(1, 4, 2 * seed + bits / 50)],
        },
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-diagnosis-"));
  seeds = await storedStudy(fresh.database, folder, "seeds", [
    run(16, 1, 1.9, [2.5, 2, 2.3]),
    run(16, 2, 2.0, [2.5, 2.1, 2.3]),
    run(16, 3, 2.1, [2.5, 2.2, 2.3]),
    run(4, 1, 1.96, [2.5, 2.1, 2.4]),
    run(4, 2, 2.06, [2.5, 2.2, 2.4]),
    run(4, 3, 2.165, [2.5, 2.3, 2.4]),
    run(16, 1, 1.5, [2, 1.5, 1.6], "DORA"),
  ]);
  server = await serveWeights(fresh.database, weights);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  weights.requests.length = 0;
  weights.instead.clear();
});

const DEGRADATION = `percent verdict interval { low high confidence } intervalMethod intervalReason test { t degreesOfFreedom p }
  paired pairs metric higherIsBetter baseline { mean n } candidate { mean n }
  roles { baseline candidate because baselineExperiments { name } }`;

async function degradation(args: string) {
  const { data, errors } = await server.execute(
    `{ study(slug: "seeds") { ranks { degradation${args} { ${DEGRADATION} } } } }`,
  );
  expect(errors).toEqual([]);
  return data.study.ranks[0].degradation;
}

describe("degradation over seeds", () => {
  test("states what is compared, excludes other methods, and tests the difference", async () => {
    const found = await degradation("");
    expect(found).toMatchObject({
      verdict: "INCONCLUSIVE",
      intervalMethod: "WELCH_T",
      intervalReason: null,
      paired: false,
      pairs: 3,
      baseline: { n: 3 },
      candidate: { n: 3 },
      metric: "training_loss",
      higherIsBetter: false,
    });
    expect(found.interval.confidence).toBe(0.95);
    expect(found.test.p).toBeGreaterThan(0.4);
    expect(found.roles).toMatchObject({ baseline: "16bit", candidate: "4bit" });
    expect(found.roles.because).toContain("Left out: 16bit DORA");
    expect(found.roles.baselineExperiments).toHaveLength(3);
  });

  test("compares run with run if requested", async () => {
    const found = await degradation("(paired: true)");
    expect(found).toMatchObject({ verdict: "ACCEPTABLE", intervalMethod: "PAIRED_T", paired: true });
    expect(found.test.p).toBeLessThan(0.01);
  });

  test("uses Student's t instead of a bootstrap of three seeds, and states why", async () => {
    const found = await degradation("(interval: BOOTSTRAP_BCA, bootstrapSeed: 5, confidence: 0.9, resamples: 500)");
    expect(found).toMatchObject({ intervalMethod: "WELCH_T", interval: { confidence: 0.9 } });
    expect(found.intervalReason).toContain("A bootstrap needs 8 independent runs each (found: 3 and 3).");
  });

  test("uses the best, the last or one step of a curve, and any metric by its name", async () => {
    expect(await degradation("(metric: EVAL_LOSS, at: BEST)")).toMatchObject({
      metric: "the best eval_loss",
      percent: expect.closeTo((2.2 / 2.1 - 1) * 100, 9) as number,
    });
    expect(await degradation("(metric: EVAL_LOSS, at: LAST)")).toMatchObject({
      percent: expect.closeTo((2.4 / 2.3 - 1) * 100, 9) as number,
    });
    expect(await degradation('(metricKey: "loss", at: STEP, step: 20)')).toMatchObject({
      metric: "loss at step 20",
      percent: 0,
    });
    expect(await degradation('(metricKey: "loss", at: STEP, step: 25)')).toMatchObject({
      percent: null,
      baseline: null,
    });
    const accuracy = await degradation('(metricKey: "eval_accuracy")');
    expect(accuracy).toMatchObject({ higherIsBetter: true, metric: "eval_accuracy" });
    expect(accuracy.percent).toBeGreaterThan(0);
    expect((await degradation('(metricKey: "eval_accuracy", higherIsBetter: false)')).percent).toBeCloseTo(
      -accuracy.percent,
      12,
    );
  });

  test("uses the given baseline and candidate, by method or by run", async () => {
    const found = await degradation("(candidate: { method: DORA })");
    expect(found).toMatchObject({ roles: { baseline: "16bit", candidate: "DORA" }, candidate: { n: 1, mean: 1.5 } });
    expect(found.roles.because).toContain("The candidate was requested");
    const id = seeds.experiments["16bit_r4_seed2"] ?? "";
    expect(await degradation(`(baseline: { experiments: ["${id}"] })`)).toMatchObject({ baseline: { n: 1, mean: 2 } });
  });
});

test.each([
  ["degradation(at: STEP)", "step"],
  ["degradation(step: 5)", "step"],
  ["degradation(confidence: 1)", "confidence"],
  ["degradation(resamples: 10)", "resamples"],
  ['degradation(baseline: { quantization: "2bit" })', "baseline and candidate"],
  ['degradation(baseline: { method: DORA }, candidate: { quantization: "16bit" })', "baseline and candidate"],
])("%s is rejected by name, with the allowed values", async (field, where) => {
  const { errors } = await server.execute(`{ study(slug: "seeds") { ranks { ${field} { percent } } } }`);
  expect(errors[0]).toMatch(new RegExp(`at ${where}; received .*; allowed: `));
});

test.each([
  ["paretoFrontier(x: TRAINING_LOSS) { x }", "y"],
  ["rankTrends(ranks: [0]) { quantity }", "ranks"],
  ["rankAllocation(rank: 4, relativeBudget: 0) { reason }", "relativeBudget"],
  ["rankAllocation(rank: 4, allowedRanks: [0, 2]) { reason }", "allowedRanks"],
  ["rankAllocation(rank: 9) { reason }", "rank of study seeds"],
  ['weightSimilarity(rank: 4, candidate: { quantization: "2bit" }) { mean }', "baseline and candidate"],
])("study { %s } is rejected by name", async (field, where) => {
  const { errors } = await server.execute(`{ study(slug: "seeds") { ${field} } }`);
  expect(errors[0]).toContain(`at ${where};`);
});

describe("results from weights", () => {
  test("include noise floors of neighbouring checkpoints, and none of seeds that started from different A", async () => {
    const { data, errors } = await server.execute(
      `{ study(slug: "seeds") { hypotheses { id evidence { label value } confounds { kind message } } } }`,
    );
    expect(errors).toEqual([]);
    const labels = data.study.hypotheses[0].evidence.map(({ label }: { label: string }) => label);
    expect(labels).not.toContain("noise floor: 16bit_r4_seed1 against 16bit_r4_seed2, another seed");
    const noise = data.study.hypotheses[0].confounds.find(({ kind }: { kind: string }) => kind === "NOISE_FLOOR");
    expect(noise.message).toContain("started from different A");
    expect(labels).toContain("noise floor: 4bit_r4_seed1, step 900 against 1000");
    // One request has all: two layers of two pairs of equal seeds, two of seeds and four of checkpoints.
    expect(weights.requests.map(({ kind, count }) => [kind, count])).toEqual([["COMPARISON", 16]]);
  });

  test("include no allocation by the divergence of updates, which is no measure of sensitivity", async () => {
    const { data, errors } = await server.execute(
      `{ study(slug: "seeds") { unmeasured: rankAllocation(rank: 4, relativeBudget: 1.5) { reason budget parameters peft layers { rank } }
         none: rankAllocation(rank: 4, candidate: { method: QLORA, experiments: ["${seeds.experiments["4bit_r4_seed3"]}"] }) { reason peft } } }`,
    );
    expect(errors).toEqual([]);
    expect(data.study.unmeasured).toMatchObject({ budget: null, parameters: null, peft: null, layers: [] });
    expect(data.study.unmeasured.reason).toContain("was not measured");
    expect(data.study.none).toEqual({ reason: "no layer could be compared at r = 4", peft: null });
  });

  test("name what is still being computed instead of drawing a conclusion from the rest", async () => {
    const hash = seeds.factors["4bit_r4_seed1/1000/h.0.attn.c_attn"] ?? "";
    weights.instead.set(hash, { pending: "0190c0de-0000-7000-8000-000000000001" });
    const { data, errors } = await server.execute(
      `{ study(slug: "seeds") { hypotheses { id verdict } failureModes { kind } sensitivityMap { fairRanks leftOut { because } modules { mean } }
        rankAllocation(rank: 4) { reason } layerSensitivity(rank: 4) { score robustZ position parts { score undefinedReason } } } }`,
    );
    expect(errors).toEqual([]);
    const { study } = data;
    expect(study.hypotheses.slice(0, 2).map(({ verdict }: { verdict: string }) => verdict)).toEqual([
      "INCONCLUSIVE",
      "INCONCLUSIVE",
    ]);
    expect(study.failureModes.map(({ kind }: { kind: string }) => kind)).toContain("WEIGHTS_PENDING");
    expect(study.sensitivityMap).toEqual({
      fairRanks: [],
      leftOut: [{ because: "Its weights are still being compared." }],
      modules: [],
    });
    expect(study.rankAllocation.reason).toContain("still being compared");
    expect(study.layerSensitivity.map(({ position }: { position: number | null }) => position)).toEqual([null, null]);
    const parts = study.layerSensitivity.flatMap(
      (layer: { parts: { undefinedReason: string | null }[] }) => layer.parts,
    );
    expect(parts.map(({ undefinedReason }: { undefinedReason: string | null }) => undefinedReason)).toEqual([
      "PENDING",
      "PENDING",
      "PENDING",
    ]);
  });
});

test("a recommendation respects the time budget, and the Pareto frontier three metrics and their directions", async () => {
  const { data, errors } = await server.execute(
    `{ study(slug: "seeds") { recommendation(timeBudgetSeconds: 1) { experiment { name } alternatives { rejectedBecause } }
       paretoFrontier(x: PEAK_MEMORY_MB, yKey: "eval_accuracy", z: TRAINING_LOSS) { experiment { name } z dominated } } }`,
  );
  expect(errors).toEqual([]);
  expect(data.study.recommendation.experiment).toBeNull();
  expect(data.study.recommendation.alternatives[0].rejectedBecause).toBe("Training time was not recorded.");
  const frontier = data.study.paretoFrontier.filter(({ dominated }: { dominated: boolean }) => !dominated);
  expect(frontier.map(({ experiment }: { experiment: { name: string } }) => experiment.name)).toEqual([
    "4bit_r4_seed1",
    "16bit_r4_seed1_dora",
  ]);
});
