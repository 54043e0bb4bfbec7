import { InferenceSession } from "onnxruntime-node";
import type { Provider } from "../../model/computed-facts.js";
import type { ModelFiles } from "../../model/language-model.js";
import { onnxModel, type Graph } from "../onnx/onnx-model.js";
import { isCacheOutput } from "./attention.js";

/** Opens sessions on the graphs of one model. */
export type SessionOpener = (graph: Graph) => Promise<InferenceSession>;

export interface SessionSettings {
  readonly files: ModelFiles;
  readonly provider: Provider;
  /** Threads of the CPU provider inside one run. */
  readonly threads: number;
  /** Whether the CPU provider may hold a copy of the weights in the layout that its products read fastest. */
  readonly copiesWeights?: boolean;
}

export function sessionOpener({ files, provider, threads, copiesWeights = false }: SessionSettings): SessionOpener {
  return (graph) =>
    InferenceSession.create(onnxModel(graph), {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // The arena keeps the memory of the largest run, and grows with each new shape.
      enableCpuMemArena: false,
      ...outputPlaces(graph, provider),
      extra: {
        session: {
          model_external_initializers_file_folder_path: files.folder,
          // The copies are in memory, where the weights are mapped from their file.
          disable_prepacking: copiesWeights ? "0" : "1",
          // Threads that wait for work must not keep the cores of other jobs busy.
          intra_op: { allow_spinning: "0" },
        },
      },
    });
}

/** Whether outputs can stay on the provider's device between runs: the Node.js binding of ONNX Runtime 1.30 has that for WebGPU. */
export const keepsOutputs = (provider: Provider): boolean => provider === "webgpu";

function outputPlaces({ outputs }: Graph, provider: Provider): InferenceSession.SessionOptions {
  if (!keepsOutputs(provider)) return {};
  const places = outputs.map(({ name }) => [name, isCacheOutput(name) ? "gpu-buffer" : "cpu"] as const);
  return { preferredOutputLocation: Object.fromEntries(places) };
}
