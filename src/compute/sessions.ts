import { InferenceSession, type Tensor } from "onnxruntime-node";
import type { Precision, Provider } from "../model/computed-facts.js";
import { differenceGraph, gramsGraph, innerProductsGraph, rotatedGramsGraph } from "./graphs.js";
import { onnxModel, type Graph } from "./onnx-model.js";

/** What a graph yields, by output: values in the precision it was computed in. */
export type Outputs = Readonly<Record<string, Float32Array | Float64Array>>;

/** Runs graphs on one provider; a session is opened by the first run that needs it. */
export interface Sessions {
  readonly provider: Provider;
  /** That of the arithmetic: WebGPU has no float64, and CUDA devices for neural networks are slow at it. */
  readonly precision: Precision;
  run(graph: GraphName, input: Precision, feeds: Readonly<Record<string, Tensor>>): Promise<Outputs>;
  close(): Promise<void>;
}

export type GraphName = "innerProducts" | "grams" | "rotatedGrams" | "difference";

const GRAPHS: Readonly<Record<GraphName, (input: Precision, arithmetic: Precision) => Graph>> = {
  innerProducts: innerProductsGraph,
  grams: gramsGraph,
  rotatedGrams: rotatedGramsGraph,
  difference: differenceGraph,
};

/** @param threads that the cpu provider uses inside one run */
export function openSessions(provider: Provider, threads: number): Sessions {
  const precision = provider === "cpu" ? "float64" : "float32";
  const open = new Map<string, Promise<InferenceSession>>();
  const session = (graph: GraphName, input: Precision) => {
    const key = `${graph} ${input}`;
    const known = open.get(key) ?? create(graph, input);
    open.set(key, known);
    return known;
  };
  const create = (graph: GraphName, input: Precision) =>
    InferenceSession.create(onnxModel(GRAPHS[graph](input, precision)), {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Shape tensors are computed on the CPU by every provider: a warning about it for each session says nothing new.
      logSeverityLevel: 3,
    });
  return {
    provider,
    precision,
    async run(graph, input, feeds) {
      const outputs = await (await session(graph, input)).run(feeds);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array | Float64Array]),
      );
    },
    async close() {
      await Promise.all([...open.values()].map(async (one) => (await one.catch(() => undefined))?.release()));
      open.clear();
    },
  };
}
