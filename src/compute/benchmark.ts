import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Engine, Factors, LayerTask } from "./engine-types.js";
import type { PairFacts, Precision, Provider } from "../model/computed-facts.js";
import { openEngine } from "./engine.js";
import { leastSeconds } from "./least-seconds.js";
import { onnxModel, type Graph } from "./onnx-model.js";
import { randomFactors } from "./random-factors.js";
import { stackFlops } from "./stack-flops.js";

/** All pairs of `members` updates in each of `layers` layers, `features` wide on both sides. */
export interface Problem {
  readonly layers: number;
  readonly members: number;
  readonly features: number;
  readonly rank: number;
}

/** A provider with what it is given to work with. */
export interface Runner {
  readonly provider: Provider;
  /** Of the CPU provider. */
  readonly threads: number;
}

/** One problem on one provider. */
export interface Measured extends Runner {
  /** The engine from factors in memory to the facts of all pairs, transfers included; the least of some runs. */
  readonly seconds: number;
  /** ONNX Runtime's own MatMul alone of the same stacked matrices, in the provider's precision, transfers included. */
  readonly matMulSeconds: number;
  /** Pairs that the provider could not hold, computed on the CPU in float64 instead. */
  readonly again: number;
  /** Largest error against float64: absolute of the cosine, relative of the L2 distance; of what the provider computed. */
  readonly cosineError: number;
  readonly distanceError: number;
}

/** Floating-point operations of the matrix products; a multiplication and an addition count two. */
export function flopsOf({ layers, members, features, rank }: Problem): number {
  const ranks = Array.from({ length: members }, () => rank);
  return layers * stackFlops({ ranks, inFeatures: features, outFeatures: features });
}

const REPETITION = { runs: 7, enoughSeconds: 3 };
/** Elements of one matrix that MatMul is given at once; layers beyond are given after one another. */
const MATMUL_ELEMENTS = 4 * 2 ** 20;

/**
 * Measures the engine on each provider, and against float64 what it finds.
 *
 * @throws where a provider does not run the problem: a fallback's time would say nothing about it
 */
export async function measureProblem(problem: Problem, runners: readonly Runner[]): Promise<Measured[]> {
  const tasks = tasksOf(problem);
  const threads = Math.max(...runners.map((runner) => runner.threads));
  const exact = await withEngine({ provider: "cpu", threads }, (engine) => engine.comparePairs(tasks));
  const measured: Measured[] = [];
  for (const runner of runners) {
    measured.push(
      await withEngine(runner, async (engine) => {
        const start = performance.now();
        const found = await engine.comparePairs(tasks);
        const first = (performance.now() - start) / 1000;
        const fallback = found[0]?.[0]?.fallback ?? null;
        if (fallback !== null) throw new Error(`it fell back: ${fallback}`);
        return {
          ...runner,
          // The first run opens sessions and compiles shaders, which is nothing beside a run that takes so long.
          seconds:
            first > REPETITION.enoughSeconds ? first : await leastSeconds(() => engine.comparePairs(tasks), REPETITION),
          matMulSeconds: await matMulSeconds(problem, runner),
          ...errorsOf(found.flat(), exact.flat(), runner.provider),
        };
      }),
    );
  }
  return measured;
}

/** Every layer has the same factors: what they are does not change what they cost. */
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
  const engine = openEngine({ provider, crossings: {}, cpuThreads: threads });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** [L, K, features] times [L, features, K], once for A and once for B, for all layers. */
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
  const atOnce = Math.min(layers, Math.max(1, Math.floor(MATMUL_ELEMENTS / (rows * features))));
  const matrices = (height: number, width: number) => {
    const length = atOnce * height * width;
    const values = precision === "float64" ? new Float64Array(length).fill(0.5) : new Float32Array(length).fill(0.5);
    return values instanceof Float64Array
      ? new Tensor("float64", values, [atOnce, height, width])
      : new Tensor("float32", values, [atOnce, height, width]);
  };
  const feeds = { x: matrices(rows, features), y: matrices(features, rows) };
  try {
    await session.run(feeds);
    return (await leastSeconds(() => session.run(feeds), REPETITION)) * 2 * (layers / atOnce);
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

function errorsOf(found: readonly PairFacts[], exact: readonly PairFacts[], provider: Provider) {
  let [again, cosineError, distanceError] = [0, 0, 0];
  found.forEach((one, i) => {
    const reference = exact[i];
    if (reference === undefined) throw new Error("a pair has no reference");
    if (one.provider !== provider) {
      again++;
      return;
    }
    cosineError = Math.max(cosineError, Math.abs(cosine(one) - cosine(reference)));
    const relative = Math.sqrt((one.squaredDistance ?? NaN) / (reference.squaredDistance ?? NaN)) - 1;
    distanceError = Math.max(distanceError, Math.abs(relative));
  });
  return { again, cosineError, distanceError };
}

function cosine({ innerProduct, leftSquaredNorm, rightSquaredNorm }: PairFacts): number {
  return (innerProduct ?? NaN) / (Math.sqrt(leftSquaredNorm ?? NaN) * Math.sqrt(rightSquaredNorm ?? NaN));
}
