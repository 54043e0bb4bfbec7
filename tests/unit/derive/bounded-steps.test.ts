import { describe, expect, test } from "vitest";
import { memoryTrend } from "#src/derive/degradation/rank-trend.js";
import { degradationInputSteps } from "#src/derive/degradation/degradation-input.js";
import { metricNameSteps } from "#src/derive/evaluations/item-uncertainty.js";
import type { ComparisonRoles, Run } from "#src/derive/runs/comparison-roles.js";
import { configurationMeanSteps } from "#src/derive/runs/configuration-means.js";
import { inferRoles, resolveRoleSteps } from "#src/derive/runs/resolve-roles.js";
import { noiseFloorSteps } from "#src/derive/similarity/noise-floor.js";
import type { Steps } from "#src/derive/steps.js";
import { recommendSteps } from "#src/derive/tradeoffs/recommend.js";

// Derivations of a large study run on the thread that serves requests, in steps. What a step does is counted, not timed: the reads
// of properties of runs between two steps.

const RANKS = 40;
const SEEDS = 250;
/** Reads of a step: a few for each run of one configuration at one rank, or for each item of a step. */
const MAX_READS = 10_000;

let reads = 0;

/** Returns the run, whose reads are counted. */
function counted(run: Run): Run {
  return new Proxy(run, {
    get(target, name) {
      reads += 1;
      return Reflect.get(target, name) as unknown;
    },
  });
}

function studyRuns(): Run[] {
  return Array.from({ length: RANKS * SEEDS * 2 }, (_, i): Run => {
    const [rank, seed, bits] = [(i % RANKS) + 1, Math.floor(i / RANKS / 2), Math.floor(i / RANKS) % 2 === 0 ? 16 : 4];
    return counted({
      id: `run ${i}`,
      name: `run ${i}`,
      rank,
      seed,
      method: bits === 4 ? "QLORA" : "LORA",
      quantization: { label: `${bits}bit`, bits },
      steps: null,
      hasWeights: true,
      metrics: new Map([
        ["eval_loss", 2 + Math.sin(i) / 10],
        ["peak_memory_mb", 1000 + rank + Math.sin(i)],
      ]),
    });
  });
}

const experiments = Array.from({ length: 5_000 }, (_, i) => `run ${i}`);
const METRIC = "eval_loss";
const budget = { memoryMb: null, degradationPercent: 5, metric: METRIC };
const rule = { metric: METRIC, thresholdPercent: 5, twoSided: false };

describe("a derivation of 20,000 runs", () => {
  test.each<[string, (runs: readonly Run[], roles: ComparisonRoles) => Steps<unknown>]>([
    ["the input of degradations", (runs, roles) => degradationInputSteps(runs, rule, roles)],
    ["the trend of memory", (runs, roles) => memoryTrend(runs, roles.baseline, "peak_memory_mb", [3])],
    ["names of metrics", (runs) => metricNameSteps(runs)],
    ["the roles", (runs) => resolveRoleSteps(runs, {}, () => true)],
    [
      "a baseline that is selected by runs",
      (runs) => resolveRoleSteps(runs, { baseline: { experiments } }, () => true),
    ],
    ["means", (runs, roles) => configurationMeanSteps(runs, [roles.baseline, roles.candidate], METRIC, 0.95)],
    ["pairs of the noise floor", (runs, roles) => noiseFloorSteps(runs, roles, () => [])],
    ["a recommendation", (runs, roles) => recommendSteps(runs, budget, roles)],
  ])("%s reads few runs in each step", (_, stepsOf) => {
    const runs = studyRuns();
    const roles = inferRoles(runs);
    if (roles === undefined) throw new Error("The study has two configurations.");
    const steps = stepsOf(runs, roles);
    let most = 0;
    let total = 0;
    for (let isDone = false; !isDone;) {
      reads = 0;
      isDone = steps.next().done === true;
      most = Math.max(most, reads);
      total += reads;
    }
    expect(total).toBeGreaterThan(MAX_READS);
    expect(most).toBeLessThanOrEqual(MAX_READS);
  });
});
