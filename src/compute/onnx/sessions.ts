import { InferenceSession, type Tensor } from "onnxruntime-node";
import type { Precision, Provider } from "../../model/computed-facts.js";
import { onnxModel, type Graph } from "./onnx-model.js";

/** Builds a graph for an input precision and the precision of its arithmetic. */
type GraphBuilder = (input: Precision, arithmetic: Precision) => Graph;

/** The outputs of a graph by name, in the precision of its arithmetic. */
type Outputs = Readonly<Record<string, Float32Array | Float64Array>>;

/** Runs graphs on one provider; a session is opened by the first run that needs it. */
export interface Sessions {
  readonly provider: Provider;
  /** The precision of the arithmetic: WebGPU has no float64, and CUDA devices for neural networks are slow at it. */
  readonly precision: Precision;
  run(graph: GraphBuilder, input: Precision, feeds: Readonly<Record<string, Tensor>>): Promise<Outputs>;
  close(): Promise<void>;
}

/** @param threads of the CPU provider inside one run */
export function openSessions(provider: Provider, threads: number): Sessions {
  const precision = provider === "cpu" ? "float64" : "float32";
  const opened: Record<Precision, Map<GraphBuilder, Promise<InferenceSession>>> = {
    float32: new Map(),
    float64: new Map(),
  };

  function session(build: GraphBuilder, input: Precision): Promise<InferenceSession> {
    const known = opened[input].get(build) ?? create(build(input, precision));
    opened[input].set(build, known);
    return known;
  }

  function create(graph: Graph): Promise<InferenceSession> {
    return InferenceSession.create(onnxModel(graph), {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Errors only: each session would warn that shape tensors are computed on the CPU, as they are on every provider.
      logSeverityLevel: 3,
    });
  }

  async function release(sessions: Map<GraphBuilder, Promise<InferenceSession>>): Promise<void> {
    await Promise.all([...sessions.values()].map(async (one) => (await one.catch(() => undefined))?.release()));
    sessions.clear();
  }

  return {
    provider,
    precision,
    async run(build, input, feeds) {
      const outputs = await (await session(build, input)).run(feeds);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array | Float64Array]),
      );
    },
    async close() {
      await Promise.all([release(opened.float32), release(opened.float64)]);
    },
  };
}
