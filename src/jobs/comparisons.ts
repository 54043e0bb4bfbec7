import { Piscina } from "piscina";
import { KERNEL_VERSION } from "../compute/kernel-version.js";
import { failure } from "../errors.js";
import type { Log } from "../log.js";
import { findComparisons, saveComparisons, type Comparison, type ComparisonKey } from "../store/comparisons.js";
import type { Database } from "../store/database.js";
import type { CompareTask, CompareTaskResult, FactorsPair, PairResult, WeightComparisons } from "./payloads.js";

/** Factors that one task holds in memory at once, in float64 elements (64 MB); a single larger pair is a task by itself. */
const TASK_ELEMENTS = 8 * 2 ** 20;
/** A thread that has had nothing to do for this long ends, and gives its memory back. */
const IDLE_MILLISECONDS = 60_000;

type Outcome = { readonly comparison: Comparison } | { readonly failed: string };

/**
 * Opens the comparisons of a process: facts are looked up by content hash; what is missing is computed on ONNX Runtime in
 * worker threads, stored, and shared by everyone who asks meanwhile. Threads start with the first missing pair.
 */
export function openComparisons(options: {
  readonly database: Database;
  readonly threads: number;
  readonly log: Log;
}): WeightComparisons {
  const { database, threads, log } = options;
  const inFlight = new Map<string, Promise<Outcome>>();
  let pool: Piscina<CompareTask, CompareTaskResult> | undefined;

  const openPool = () =>
    new Piscina<CompareTask, CompareTaskResult>({
      filename: new URL("./compare-thread.js", import.meta.url).href,
      name: "compare",
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MILLISECONDS,
    });

  async function compute(task: CompareTask): Promise<Outcome[]> {
    pool ??= openPool();
    try {
      const results = await pool.run(task);
      const outcomes = task.map((pair, i): Outcome => {
        const result = results[i];
        if (result === undefined || "failed" in result)
          return { failed: result?.failed ?? "the worker gave no answer" };
        return { comparison: { ...keyOf(pair), ...result.facts } };
      });
      await saveComparisons(
        database,
        outcomes.flatMap((outcome) => ("comparison" in outcome ? [outcome.comparison] : [])),
      );
      return outcomes;
    } catch (cause) {
      // A thread that dies (out of memory, a crash in native code) fails its own pairs only; the pool starts another.
      log.error({ err: cause, pairs: task.length }, "comparing weight updates failed");
      return task.map(() => ({ failed: failure("COMPUTE_FAILED", { cause }).message }));
    }
  }

  /** Starts computing `pairs`, and makes their outcomes known to later requests until they are stored. */
  function start(pairs: readonly FactorsPair[]): void {
    for (const task of tasksOf(pairs)) {
      const outcomes = compute(task);
      task.forEach((pair, i) => {
        const id = idOf(keyOf(pair));
        const outcome = outcomes.then((all) => all[i] ?? { failed: "the worker gave no answer" });
        inFlight.set(id, outcome);
        void outcome.finally(() => inFlight.delete(id));
      });
    }
  }

  return {
    async compare(pairs) {
      const oriented = new Map(pairs.map((pair) => [idOf(keyOf(pair)), orient(pair)]));
      const stored = await findComparisons(database, [...oriented.values()].map(keyOf), KERNEL_VERSION);
      const byId = new Map(stored.map((comparison) => [idOf(comparison), comparison]));
      start([...oriented].filter(([id]) => !byId.has(id) && !inFlight.has(id)).map(([, pair]) => pair));
      return Promise.all(
        pairs.map(async (pair): Promise<PairResult> => {
          const id = idOf(keyOf(pair));
          const known = byId.get(id);
          const outcome = known === undefined ? await inFlight.get(id) : { comparison: known };
          if (outcome === undefined) return { failed: failure("COMPUTE_FAILED").message };
          if ("failed" in outcome) return outcome;
          return { facts: turned(outcome.comparison, pair), cached: known !== undefined };
        }),
      );
    },
    async close() {
      await pool?.destroy();
    },
  };
}

function keyOf({ left, right }: FactorsPair): ComparisonKey {
  return left.hash <= right.hash ? { left: left.hash, right: right.hash } : { left: right.hash, right: left.hash };
}

const idOf = ({ left, right }: ComparisonKey) => `${left} ${right}`;

function orient({ left, right }: FactorsPair): FactorsPair {
  return left.hash <= right.hash ? { left, right } : { left: right, right: left };
}

/** The facts in the order in which `pair` was asked. */
function turned({ left, ...facts }: Comparison, pair: FactorsPair): Omit<Comparison, "left" | "right"> {
  if (left === pair.left.hash) return facts;
  return { ...facts, leftSquaredNorm: facts.rightSquaredNorm, rightSquaredNorm: facts.leftSquaredNorm };
}

/** Splits pairs into tasks of one layer shape and pair of ranks, bounded in memory. */
function tasksOf(pairs: readonly FactorsPair[]): FactorsPair[][] {
  const tasks: FactorsPair[][] = [];
  const open = new Map<string, { task: FactorsPair[]; elements: number }>();
  for (const pair of pairs) {
    const shape = [pair.left.a.shape, pair.left.b.shape, pair.right.a.shape, pair.right.b.shape].join(" ");
    const elements = elementsOf(pair);
    let current = open.get(shape);
    if (current === undefined || current.elements + elements > TASK_ELEMENTS) {
      current = { task: [], elements: 0 };
      open.set(shape, current);
      tasks.push(current.task);
    }
    current.task.push(pair);
    current.elements += elements;
  }
  return tasks;
}

function elementsOf({ left, right }: FactorsPair): number {
  return [left.a, left.b, right.a, right.b].reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0);
}
