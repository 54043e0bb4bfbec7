import { InferenceSession } from "onnxruntime-node";
import type { PairFacts, Precision, Provider } from "../../model/computed-facts.js";
import type { Engine, Factors, LayerTask } from "../engine-types.js";
import { openEngine } from "../engine.js";
import { pairFacts } from "../facts/pair-facts.js";
import { onnxModel, type Graph } from "../onnx/onnx-model.js";
import { floatTensor } from "../onnx/stack-factors.js";
import { stackFlops } from "../stack-flops.js";
import { minimumSeconds } from "./minimum-seconds.js";
import { randomFactors } from "./random-factors.js";
import { largest } from "../../model/extremes.js";

/** All pairs of `members` updates in each of `layers` layers with `features` input and output features. */
export interface Problem {
  readonly layers: number;
  readonly members: number;
  readonly features: number;
  readonly rank: number;
}

/** A provider and its resources. */
export interface Runner {
  readonly provider: Provider;
  /** Threads of the CPU provider. */
  readonly threads: number;
}

/** The measurement of one problem on one provider. */
export interface Measured extends Runner {
  /** Minimum time of the engine, from factors in memory to the facts of all pairs, transfers included. */
  readonly seconds: number;
  /** Minimum time of ONNX Runtime's MatMul alone of the same stacked matrices, in the provider's precision, with transfers. */
  readonly matMulSeconds: number;
  /** Pairs for which float32 was not accurate enough, so that the CPU computed them again in float64. */
  readonly again: number;
  /** Maximum absolute error of the cosine against float64, of the pairs that the provider computed. */
  readonly cosineError: number;
  /** Maximum relative error of the L2 distance. */
  readonly distanceError: number;
}

const REPETITION = { runs: 7, enoughSeconds: 3 };
/** Elements of one matrix of a MatMul run; further layers are run one after the other. */
const MAX_MATMUL_ELEMENTS = 4 * 2 ** 20;

/** Returns the floating-point operations of the matrix products; a multiplication and an addition count as two. */
export function flopsOf({ layers, members, features, rank }: Problem): number {
  const ranks = Array.from({ length: members }, () => rank);
  return layers * stackFlops({ ranks, inFeatures: features, outFeatures: features });
}

/**
 * Measures the engine on each provider, and its results against float64.
 *
 * @throws where a provider does not run the problem: the time of its fallback would not be the provider's
 */
export async function measureProblem(problem: Problem, runners: readonly Runner[]): Promise<Measured[]> {
  const tasks = tasksOf(problem);
  const threads = largest(runners.map((runner) => runner.threads));
  const exact = await withEngine({ provider: "cpu", threads }, (engine) => engine.comparePairs(pairFacts, tasks));
  const measured: Measured[] = [];
  for (const runner of runners) {
    const { facts, seconds } = await withEngine(runner, (engine) => measureEngine(engine, tasks));
    measured.push({
      ...runner,
      seconds,
      matMulSeconds: await matMulSeconds(problem, runner),
      ...errorsOf(facts.flat(), exact.flat(), runner.provider),
    });
  }
  return measured;
}

async function measureEngine(
  engine: Engine,
  tasks: readonly LayerTask[],
): Promise<{ facts: PairFacts[][]; seconds: number }> {
  const start = performance.now();
  const facts = await engine.comparePairs(pairFacts, tasks);
  const first = (performance.now() - start) / 1000;
  const fallback = facts[0]?.[0]?.fallback ?? null;
  if (fallback !== null) throw new Error(`The provider failed, so the CPU computed the problem: ${fallback}`);
  // The first run also opens sessions and compiles shaders, which does not matter beside a run that takes this long.
  if (first > REPETITION.enoughSeconds) return { facts, seconds: first };
  return { facts, seconds: await minimumSeconds(() => engine.comparePairs(pairFacts, tasks), REPETITION) };
}

/** All layers have the same factors: their values do not change the time. */
function tasksOf({ layers, members, features, rank }: Problem): LayerTask[] {
  const updates: Factors[] = Array.from({ length: members }, (_, i) =>
    randomFactors({ rank, inFeatures: features, outFeatures: features }, i),
  );
  const pairs = updates.flatMap((_, left) =>
    updates.slice(left + 1).map((__, i) => ({ left, right: left + 1 + i, scalingRatio: 1 })),
  );
  return Array.from({ length: layers }, () => ({ members: updates, pairs }));
}

async function withEngine<T>({ provider, threads }: Runner, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = openEngine({ provider, breakEvenFlops: {}, cpuThreads: threads });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Measures [L, K, features] times [L, features, K], once for A and once for B, for all layers. */
async function matMulSeconds({ layers, members, features, rank }: Problem, runner: Runner): Promise<number> {
  const { provider, threads } = runner;
  const precision: Precision = provider === "cpu" ? "float64" : "float32";
  const rows = members * rank;
  const session = await InferenceSession.create(onnxModel(matMulGraph(precision)), {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const batch = Math.min(layers, Math.max(1, Math.floor(MAX_MATMUL_ELEMENTS / (rows * features))));
  const matrices = (height: number, width: number) => {
    const length = batch * height * width;
    const values = precision === "float64" ? new Float64Array(length) : new Float32Array(length);
    return floatTensor(values.fill(0.5), [batch, height, width]);
  };
  const feeds = { x: matrices(rows, features), y: matrices(features, rows) };
  try {
    await session.run(feeds);
    return (await minimumSeconds(() => session.run(feeds), REPETITION)) * 2 * (layers / batch);
  } finally {
    await session.release();
  }
}

function matMulGraph(type: Precision): Graph {
  return {
    name: "matmul",
    inputs: [
      { name: "x", type, dimensions: ["L", "K", "D"] },
      { name: "y", type, dimensions: ["L", "D", "K"] },
    ],
    outputs: [{ name: "product", type, dimensions: ["L", "K", "K"] }],
    nodes: [{ op: "MatMul", inputs: ["x", "y"], outputs: ["product"] }],
  };
}

function errorsOf(
  facts: readonly PairFacts[],
  exact: readonly PairFacts[],
  provider: Provider,
): Pick<Measured, "again" | "cosineError" | "distanceError"> {
  let again = 0;
  let cosineError = 0;
  let distanceError = 0;
  facts.forEach((pair, i) => {
    const reference = exact[i];
    if (reference === undefined) throw new Error(`Pair ${i} has no reference.`);
    if (pair.provider !== provider) {
      again++;
      return;
    }
    cosineError = Math.max(cosineError, Math.abs(cosine(pair) - cosine(reference)));
    const relative = Math.sqrt((pair.squaredDistance ?? NaN) / (reference.squaredDistance ?? NaN)) - 1;
    distanceError = Math.max(distanceError, Math.abs(relative));
  });
  return { again, cosineError, distanceError };
}

function cosine({ innerProduct, leftSquaredNorm, rightSquaredNorm }: PairFacts): number {
  return (innerProduct ?? NaN) / (Math.sqrt(leftSquaredNorm ?? NaN) * Math.sqrt(rightSquaredNorm ?? NaN));
}
