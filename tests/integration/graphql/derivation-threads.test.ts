import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openRequestDerivations } from "#src/analysis/request/request-derivations.js";
import { degradationByRank } from "#src/derive/degradation/degradation.js";
import { DEFAULT_SEED_ANALYSIS } from "#src/derive/degradation/seed-analysis.js";
import type { Run } from "#src/derive/runs/comparison-roles.js";
import { curveFindings } from "#src/derive/failure-modes/curve-findings.js";
import { inferRoles } from "#src/derive/runs/resolve-roles.js";
import { inParetoOrder, paretoAxes, paretoFrontier } from "#src/derive/tradeoffs/pareto-frontier.js";
import { ITEMS_PER_TURN } from "#src/store/in-turns.js";
import { openDerivationPool, type DerivationPool } from "#src/threads/derivation-pool.js";
import type { ThreadWork } from "#src/threads/derivation-thread.js";
import { freshDatabase } from "../../support/database.js";
import { inProcessWeights } from "../../support/in-process-weights.js";
import { serveWeights, type WeightsServer } from "../../support/serve-weights.js";
import { storedStudy, type StoredRun } from "../../support/stored-study.js";

const RANKS = [2, 4, 8, 16];
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
/** Draws of one field about all ranks with 1,000 resamples: each resample draws the values of baseline and candidate. */
const DRAWS = RANKS.length * 1000 * 2 * SEEDS.length;
const MAX_DRAWS = 10 * DRAWS;
const BOOTSTRAP = "interval: BOOTSTRAP_PERCENTILE, resamples: 1000";

const work: ThreadWork[] = [];
beforeEach(() => {
  work.length = 0;
});

describe("a request that resamples", () => {
  const fresh = freshDatabase();
  let server: WeightsServer;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "rankscope-threads-"));
    const runs = RANKS.flatMap((rank) => SEEDS.flatMap((seed) => [run(16, rank, seed), run(4, rank, seed)]));
    await storedStudy(fresh.database, folder, "sweep", runs);
    const derivations = { observe: (done: ThreadWork) => work.push(done) };
    server = await serveWeights(fresh.database, inProcessWeights(), {
      limits: { draws: MAX_DRAWS, cacheMegabytes: 0 },
      derivations,
    });
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  test.each([
    ["the degradation at each rank", `ranks { degradation(${BOOTSTRAP}) { interval { low } } }`],
    ["the minimum viable rank", `minimumViableRank(${BOOTSTRAP}) { rank }`],
    ["trends", `rankTrends(ranks: [32], ${BOOTSTRAP}) { slope }`],
    ["hypotheses", `hypotheses(${BOOTSTRAP}, waitSeconds: 0) { verdict }`],
    ["failure modes", `failureModes(${BOOTSTRAP}, waitSeconds: 0) { kind }`],
    ["a plot", `plot(kind: RANK_THRESHOLD, ${BOOTSTRAP}) { title }`],
  ])("draws for %s on another thread, in one task", async (_name, field) => {
    const { errors } = await server.execute(`{ study(slug: "sweep") { ${field} } }`);
    expect(errors).toEqual([]);
    expect(work).toEqual([
      { threadId: expect.any(Number) as number, isMainThread: false, draws: DRAWS, wasStopped: false },
    ]);
  });

  test("is refused with the budget, its setting and what to ask for instead, and draws no more than the budget", async () => {
    const aliases = Array.from(
      { length: 30 },
      (_, i) => `a${i}: minimumViableRank(${BOOTSTRAP}, bootstrapSeed: ${i}) { rank }`,
    );
    const { errors } = await server.execute(`{ study(slug: "sweep") { ${aliases.join(" ")} } }`);
    expect(work.length).toBeLessThanOrEqual(10);
    expect(errors[0]).toContain(`${DRAWS} draws (1000 resamples at 4 ranks) after ${MAX_DRAWS} in this request`);
    expect(errors[0]).toContain(`allowed: ${MAX_DRAWS} draws in one request (RANKSCOPE_MAX_DRAWS)`);
    expect(errors[0]).toContain("Ask for fewer resamples, for interval: T, or in several requests.");
  });

  test("draws only for the ranks that it asks for", async () => {
    const aliases = Array.from(
      { length: 30 },
      (_, i) => `a${i}: degradation(${BOOTSTRAP}, bootstrapSeed: ${i}) { percent }`,
    );
    const { errors } = await server.execute(
      `{ study(slug: "sweep") { experiments(first: 1) { nodes { rank { ${aliases.join(" ")} } } } } }`,
    );
    expect(errors).toEqual([]);
    expect(work).toHaveLength(30);
  });
});

describe("the derivation pool", () => {
  let pool: DerivationPool;
  let settled: () => void;

  beforeAll(() => {
    pool = openDerivationPool({
      observe(done) {
        work.push(done);
        settled();
      },
    });
  });
  afterAll(() => pool.close());

  const runs = RANKS.flatMap((rank) => Array.from({ length: 16 }, (_, seed) => derivedRun(rank, seed)));
  const roles = inferRoles(runs);
  const request = (signal: AbortSignal, maxDraws = 1e12, ofPool = pool) =>
    openRequestDerivations({ pool: ofPool, signal, maxDraws });
  /** Returns the pool, which aborts a request some time after it has got its first task. */
  const abortingPool = (controller: AbortController, reason: string): DerivationPool => ({
    ...pool,
    degradations(input, signal) {
      setTimeout(() => controller.abort(new Error(reason)), 50);
      return pool.degradations(input, signal);
    },
  });
  const ended = () =>
    new Promise<void>((resolve) => {
      settled = resolve;
    });

  test.each(["T", "BOOTSTRAP_PERCENTILE", "BOOTSTRAP_BCA"] as const)(
    "returns bit for bit what the function returns (%s, paired or not)",
    async (interval) => {
      for (const paired of [false, true]) {
        const rule = ruleOf({ interval, paired });
        const end = interval === "T" ? Promise.resolve() : ended();
        const found = await request(new AbortController().signal).degradations({ runs, roles, rule });
        expect(found).toEqual(degradationByRank(runs, rule, roles));
        await end;
      }
    },
  );

  test("computes the Pareto frontier of many points on another thread, and of few points at once", async () => {
    const points = Array.from({ length: 12_000 }, (_, item) => ({ item, x: (item * 7919) % 1009, y: Math.sin(item) }));
    const order = (some: typeof points) =>
      request(new AbortController().signal).paretoOrder(paretoAxes(some), { y: true });
    const end = ended();
    expect(inParetoOrder(points, await order(points))).toEqual(paretoFrontier(points, { y: true }));
    await end;
    expect(work).toMatchObject([{ isMainThread: false, draws: 0 }]);
    await order(points.slice(0, 100));
    expect(work).toHaveLength(1);
  });

  test("reads the curves of many points on another thread, and of few points at once", async () => {
    const steps = Array.from({ length: 2_000 }, (_, i) => i);
    const logged = (length: number) => ({
      steps: steps.slice(0, length),
      values: steps.slice(0, length).map((step) => (step === 15 ? 9 : 2 + Math.sin(step) / 100)),
    });
    const runsOf = (count: number, length: number) =>
      Array.from({ length: count }, () => new Map([["loss", logged(length)]]));
    const { curveFindings: find } = request(new AbortController().signal);
    expect(await find(runsOf(3, 20))).toEqual(runsOf(3, 20).map(curveFindings));
    expect(work).toHaveLength(0);
    const end = ended();
    const found = await find(runsOf(60, 2_000));
    expect(found).toEqual(runsOf(60, 2_000).map(curveFindings));
    expect(found[59]?.lossSpikes).toMatchObject([{ step: 15 }]);
    await end;
    expect(work.length).toBeGreaterThan(0);
    expect(work.every(({ isMainThread }) => !isMainThread)).toBe(true);
  });

  test("takes the steps of one request one derivation after the other, and none after its end", async () => {
    const controller = new AbortController();
    const { inSteps } = request(controller.signal);
    const taken: string[] = [];
    function* steps(name: string) {
      for (let i = 0; i < 3; i++) {
        yield ITEMS_PER_TURN;
        taken.push(name);
        if (name === "second") controller.abort(new Error("the client left"));
      }
      return name;
    }
    const first = inSteps(steps("first"));
    const second = inSteps(steps("second"));
    const third = inSteps(steps("third"));
    const outcomes = await Promise.allSettled([first, second, third]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(taken).toEqual(["first", "first", "first", "second"]);
  });

  test("stops a task that runs when the request is aborted, and serves the next one on the same thread", async () => {
    const controller = new AbortController();
    const end = ended();
    const total = 10_000_000 * runs.length;
    const aborting = abortingPool(controller, "the client left");
    const rule = ruleOf({ resamples: 10_000_000 });
    const long = request(controller.signal, undefined, aborting).degradations({ runs, roles, rule });
    await expect(long).rejects.toThrow("the client left");
    await end;
    expect(work).toHaveLength(1);
    expect(work[0]).toMatchObject({ wasStopped: true, isMainThread: false });
    expect(work[0]?.draws).toBeLessThan(total / 2);
    const next = ended();
    await request(new AbortController().signal).degradations({ runs, roles, rule: ruleOf({ resamples: 100 }) });
    await next;
    expect(work[1]?.threadId).toBe(work[0]?.threadId);
  });

  test("starts none of the waiting tasks of an aborted request", async () => {
    const controller = new AbortController();
    const derivations = request(controller.signal, undefined, abortingPool(controller, "the deadline is over"));
    const rule = ruleOf({ resamples: 10_000_000 });
    const end = ended();
    const results = Array.from({ length: 20 }, () => derivations.degradations({ runs, roles, rule }));
    const outcomes = await Promise.allSettled(results);
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
    await end;
    expect(work).toHaveLength(1);
  });

  test("refuses what exceeds the budget before it draws", async () => {
    const rule = ruleOf({ resamples: 1000 });
    const draws = 1000 * runs.length;
    const derivations = request(new AbortController().signal, draws);
    const end = ended();
    await derivations.degradations({ runs, roles, rule });
    await expect(derivations.degradations({ runs, roles, rule })).rejects.toMatchObject({
      code: "QUERY_TOO_EXPENSIVE",
    });
    await end;
    expect(work).toHaveLength(1);
  });
});

function run(bits: number, rank: number, seed: number): StoredRun {
  return {
    name: `${bits}bit_r${rank}_seed${seed}`,
    bits,
    rank,
    seed,
    method: bits === 4 ? "QLORA" : "LORA",
    metrics: { training_loss: 2 + 1 / rank + seed / 100 + 1 / bits, peak_memory_mb: 100 * bits },
    checkpoints: {},
  };
}

function derivedRun(rank: number, seed: number): Run {
  const bits = seed % 2 === 0 ? 16 : 4;
  return {
    id: `${rank} ${seed}`,
    name: `${rank} ${seed}`,
    rank,
    seed: Math.floor(seed / 2),
    method: bits === 4 ? "QLORA" : "LORA",
    quantization: { label: `${bits}bit`, bits },
    steps: null,
    hasWeights: false,
    metrics: new Map([["training_loss", 2 + 1 / rank + Math.sin(seed * rank)]]),
  };
}

function ruleOf(analysis: Partial<typeof DEFAULT_SEED_ANALYSIS>) {
  return {
    metric: "training_loss",
    thresholdPercent: 5,
    twoSided: false,
    higherIsBetter: false,
    analysis: { ...DEFAULT_SEED_ANALYSIS, interval: "BOOTSTRAP_PERCENTILE" as const, ...analysis },
  };
}
