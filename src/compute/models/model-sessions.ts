import { InferenceSession } from "onnxruntime-node";
import type { Provider } from "../../model/computed-facts.js";
import type { ModelFiles } from "../../model/language-model.js";
import { onnxModel, type Graph } from "../onnx/onnx-model.js";

/** Opens sessions on the graphs of one model. */
export type SessionOpener = (graph: Graph) => Promise<InferenceSession>;

/** @param threads of the CPU provider inside one run */
export function sessionOpener(files: ModelFiles, provider: Provider, threads: number): SessionOpener {
  return (graph) =>
    InferenceSession.create(onnxModel(graph), {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // The arena keeps the memory of the largest run, and grows with each new shape.
      enableCpuMemArena: false,
      extra: {
        session: {
          model_external_initializers_file_folder_path: files.folder,
          // Prepacking would copy the weights, which are mapped from their file.
          disable_prepacking: "1",
          // Threads that wait for work must not keep the cores of other jobs busy.
          intra_op: { allow_spinning: "0" },
        },
      },
    });
}
