import { degradation } from "#src/derive/degradation/degradation.js";
import { rankThreshold } from "#src/derive/degradation/rank-threshold.js";
import { DEFAULT_SEED_ANALYSIS, type SeedAnalysis, type SeededValue } from "#src/derive/degradation/seed-analysis.js";
import { layerSeedTest } from "#src/derive/sensitivity/layer-seed-test.js";
import { bootstrapInterval, seededRandom } from "#src/derive/statistics/bootstrap.js";
import { minimumRank } from "#src/derive/hypotheses/minimum-rank.js";
import { pairStatistics } from "#src/derive/similarity/pair-statistics.js";
import { welchTest } from "#src/derive/statistics/mean-test.js";
import {
  pairedChangeInterval,
  pooledChangeInterval,
  pooledVariation,
  relativeChange,
  relativeChangeInterval,
} from "#src/derive/statistics/relative-change.js";
import { meanOf, summarise, type Interval, type Sample } from "#src/derive/statistics/sample.js";

/**
 * Prints the actual coverage of the confidence intervals, and the rate at which each verdict claims what is not true. Values
 * are normal with a relative standard deviation of 1 %, as those of losses over seeds. The random numbers are seeded, so the
 * output repeats. Run: npm run simulate:coverage
 */
const SIZES = [2, 3, 5, 10];
const TRIALS = 4000;
/** A bootstrap of one trial draws thousands of values. */
const BOOTSTRAP_TRIALS = 1000;
const RESAMPLES = 500;
const RELATIVE_DEVIATION = 0.01;
/** Share of the variance that two runs of one seed have in common. */
const SHARED_VARIANCE = 0.8;
const THRESHOLD_PERCENT = 5;
const BASELINE = 2;

const random = seededRandom(20_261_127);

function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Returns losses of n seeds around a mean. */
function losses(mean: number, n: number): number[] {
  return Array.from({ length: n }, () => mean * (1 + RELATIVE_DEVIATION * normal()));
}

/** Returns losses of n seeds of a baseline and a candidate, which vary together. */
function pairedLosses(percent: number, n: number) {
  return Array.from({ length: n }, () => {
    const common = Math.sqrt(SHARED_VARIANCE) * normal();
    const one = (mean: number) =>
      mean * (1 + RELATIVE_DEVIATION * (common + Math.sqrt(1 - SHARED_VARIANCE) * normal()));
    return { baseline: one(BASELINE), candidate: one(BASELINE * (1 + percent / 100)) };
  });
}

function sampleOf(values: readonly number[]): Sample {
  const sample = summarise(values);
  if (sample === undefined) throw new Error("A sample has no value.");
  return sample;
}

/** Returns the share of trials of which `isTrue` is true, in percent. */
function rate(trials: number, isTrue: () => boolean): string {
  let count = 0;
  for (let i = 0; i < trials; i++) if (isTrue()) count += 1;
  return `${((100 * count) / trials).toFixed(1)} %`;
}

const contains = (interval: Interval | undefined) =>
  interval !== undefined && interval.low <= THRESHOLD_PERCENT && interval.high >= THRESHOLD_PERCENT;
const atThreshold = BASELINE * (1 + THRESHOLD_PERCENT / 100);

function bootstrapCovers(n: number, method: "BOOTSTRAP_PERCENTILE" | "BOOTSTRAP_BCA"): boolean {
  const groups = [losses(BASELINE, n), losses(atThreshold, n)];
  const change = ([baseline = [], candidate = []]: readonly (readonly number[])[]) =>
    relativeChange(meanOf(baseline), meanOf(candidate));
  const seed = Math.floor(random() * 2 ** 31);
  return contains(bootstrapInterval(groups, change, { method, confidence: 0.95, resamples: RESAMPLES, seed }));
}

/** Compares a rank with a single run each by the variation of three further ranks with n runs each. */
function pooledCovers(n: number): boolean {
  const others = [1, 2, 3].flatMap(() => [sampleOf(losses(BASELINE, n)), sampleOf(losses(atThreshold, n))]);
  const variation = pooledVariation(others);
  const single = { baseline: sampleOf(losses(BASELINE, 1)), candidate: sampleOf(losses(atThreshold, 1)) };
  return variation !== undefined && contains(pooledChangeInterval(single.baseline, single.candidate, variation));
}

const INTERVALS: readonly (readonly [string, (n: number) => string])[] = [
  [
    "Welch's t (`T`)",
    (n) =>
      rate(TRIALS, () =>
        contains(relativeChangeInterval(sampleOf(losses(BASELINE, n)), sampleOf(losses(atThreshold, n)))),
      ),
  ],
  [
    "paired t (`paired: true`)",
    (n) => rate(TRIALS, () => contains(pairedChangeInterval(pairedLosses(THRESHOLD_PERCENT, n)))),
  ],
  ["pooled t for a rank with one run each (`POOLED_T`)", (n) => rate(TRIALS, () => pooledCovers(n))],
  [
    "percentile bootstrap, before it is refused",
    (n) => rate(BOOTSTRAP_TRIALS, () => bootstrapCovers(n, "BOOTSTRAP_PERCENTILE")),
  ],
  ["BCa bootstrap, before it is refused", (n) => rate(BOOTSTRAP_TRIALS, () => bootstrapCovers(n, "BOOTSTRAP_BCA"))],
];

function verdictAt(percent: number, n: number, options: { twoSided?: boolean; analysis?: SeedAnalysis } = {}) {
  const rule = {
    metric: "loss",
    thresholdPercent: THRESHOLD_PERCENT,
    twoSided: options.twoSided ?? false,
    analysis: options.analysis,
  };
  return degradation(losses(BASELINE, n), losses(BASELINE * (1 + percent / 100), n), rule);
}

function pairedVerdict(n: number) {
  const pairs = pairedLosses(THRESHOLD_PERCENT, n);
  const seeded = (value: (pair: (typeof pairs)[number]) => number): SeededValue[] =>
    pairs.map((pair, seed) => ({ seed, value: value(pair) }));
  const analysis = { ...DEFAULT_SEED_ANALYSIS, paired: true };
  return degradation(
    seeded(({ baseline }) => baseline),
    seeded(({ candidate }) => candidate),
    { metric: "loss", thresholdPercent: THRESHOLD_PERCENT, twoSided: false, analysis },
  ).verdict;
}

/** Returns whether r* <= 2 is claimed, although rank 2 is at the threshold. The larger ranks do not degrade. */
function claimsTooSmallRank(n: number): boolean {
  const sweep = [THRESHOLD_PERCENT, 0, 0, 0].map((percent, i) => ({
    rank: 2 ** (i + 1),
    degradation: verdictAt(percent, n),
  }));
  return rankThreshold(sweep).rank === 2;
}

/** Returns the verdict of H3 over four ranks, the largest of which degrades by the threshold. The others are far worse. */
function minimumRankVerdict(n: number): string {
  const degradations = [4, 4, 4, 1].map((factor, i) => ({
    rank: 2 ** (i + 1),
    degradation: verdictAt(factor * THRESHOLD_PERCENT, n),
  }));
  const rule = { metric: "eval_loss", thresholdPercent: THRESHOLD_PERCENT, twoSided: false };
  const hypothesisRule = { ...rule, similarityThreshold: COSINE_THRESHOLD, sensitivitySpread: 0 };
  const evidence = { runs: [], roles: undefined, similarities: [], noiseFloors: [], settings: new Map() };
  return minimumRank.judge({ ...evidence, degradations }, hypothesisRule).verdict;
}

const COSINE_THRESHOLD = 0.95;

/** Returns the interval of the mean cosine of n pairs of seeds, whose true mean is the threshold. */
function cosineInterval(n: number): Interval {
  const cosines = Array.from({ length: n }, () => COSINE_THRESHOLD + 0.01 * normal());
  const { interval } = pairStatistics(cosines);
  if (interval === null) throw new Error("Distinct cosines have no interval.");
  return interval;
}

const LAYERS = 24;

/** Returns whether layers of equal sensitivity are taken to differ. Scores vary by half of their mean. */
function claimsSensitiveLayers(n: number): boolean {
  const layers = Array.from({ length: LAYERS }, (_, i) => ({
    layer: `layer ${i}`,
    scores: Array.from({ length: n }, () => Math.max(0.01, 1 + 0.5 * normal())),
  }));
  const test = layerSeedTest({ layers });
  return test !== undefined && test.p < 0.05 && test.seedRatios.min >= 2;
}

const VERDICTS: readonly (readonly [string, (n: number) => string])[] = [
  [
    "ACCEPTABLE, although the degradation equals the threshold",
    (n) => rate(TRIALS, () => verdictAt(THRESHOLD_PERCENT, n).verdict === "ACCEPTABLE"),
  ],
  ["the same with pairs of seeds", (n) => rate(TRIALS, () => pairedVerdict(n) === "ACCEPTABLE")],
  [
    "the same, two-sided",
    (n) => rate(TRIALS, () => verdictAt(THRESHOLD_PERCENT, n, { twoSided: true }).verdict === "ACCEPTABLE"),
  ],
  [
    "UNACCEPTABLE, although the degradation equals the threshold",
    (n) => rate(TRIALS, () => verdictAt(THRESHOLD_PERCENT, n).verdict === "UNACCEPTABLE"),
  ],
  ["r* <= 2 over four ranks, although rank 2 equals the threshold", (n) => rate(TRIALS, () => claimsTooSmallRank(n))],
  [
    "H3 SUPPORTED, although the largest rank equals the threshold and the others are worse",
    (n) => rate(TRIALS, () => minimumRankVerdict(n) === "SUPPORTED"),
  ],
  [
    "H3 REJECTED, although the largest rank equals the threshold",
    (n) => rate(TRIALS, () => minimumRankVerdict(n) === "REJECTED"),
  ],
  [
    "H1 SUPPORTED, although the mean cosine equals the threshold",
    (n) => rate(TRIALS, () => cosineInterval(n).low > COSINE_THRESHOLD),
  ],
  [
    "H1 REJECTED, although the mean cosine equals the threshold",
    (n) => rate(TRIALS, () => cosineInterval(n).high <= COSINE_THRESHOLD),
  ],
  [
    `H2 SUPPORTED, although ${LAYERS} layers are equally sensitive`,
    (n) => rate(TRIALS, () => claimsSensitiveLayers(n)),
  ],
  [
    "a recommendation prefers one of two equal configurations by its mean",
    (n) =>
      rate(TRIALS, () => (welchTest(sampleOf(losses(BASELINE, n)), sampleOf(losses(BASELINE, n)))?.p ?? 1) <= 0.05),
  ],
];

function printTable(title: string, rows: typeof INTERVALS): void {
  console.log(`| ${title} | ${SIZES.map((n) => `n = ${n}`).join(" | ")} |`);
  console.log(`| --- | ${SIZES.map(() => "---:").join(" | ")} |`);
  for (const [name, of] of rows) console.log(`| ${name} | ${SIZES.map(of).join(" | ")} |`);
}

printTable("interval, nominal coverage 95 %", INTERVALS);
console.log();
printTable("verdict that is not true", VERDICTS);
