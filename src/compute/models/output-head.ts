import { Tensor, type InferenceSession } from "onnxruntime-node";
import type { ModelConfig, ModelFiles } from "../../model/language-model.js";
import { headTensor } from "../../model/model-tensors.js";
import type { Graph } from "../onnx/onnx-model.js";
import type { ModelPrecision } from "./graph-writer.js";
import { logitsGraph, lossGraph, lossOfLogitsGraph, partialLogitsGraph } from "./head-graph.js";
import type { SessionOpener } from "./model-sessions.js";
import { readWeight } from "./read-weight.js";

/** Multiplies hidden states by the output matrix. Callers give at most as many rows as their memory allows. */
export interface OutputHead {
  /** Returns the logits [rows, vocabulary] of `hidden` [rows, hidden size]. */
  logits(hidden: Float32Array): Promise<Float32Array>;
  /** Returns the negative log-likelihood of each row's target, in nats. */
  losses(hidden: Float32Array, targets: readonly number[]): Promise<Float32Array>;
  close(): Promise<void>;
}

interface HeadOptions {
  readonly config: ModelConfig;
  readonly files: ModelFiles;
  readonly open: SessionOpener;
  readonly precision: ModelPrecision;
  /** Whether the logits stay on the device until the losses are computed, which needs a second copy of the matrix there. */
  readonly onDevice: boolean;
  /** Bytes of the part of the output matrix that is read at once; undefined if the whole matrix is held. */
  readonly sliceBytes?: number | undefined;
}

/** Creates the head of a model; its sessions are opened by the first use. */
export function createOutputHead(options: HeadOptions): OutputHead {
  const { config, files, open, precision, onDevice, sliceBytes } = options;
  const { hiddenSize, vocabularySize } = config;
  const sessions = new Map<string, Promise<InferenceSession>>();
  let slice: Float32Array | undefined;

  function session(graph: () => Graph, name: string): Promise<InferenceSession> {
    const opened = sessions.get(name) ?? open(graph());
    sessions.set(name, opened);
    return opened;
  }

  const rowsOf = (hidden: Float32Array): Tensor =>
    new Tensor("float32", hidden, [hidden.length / hiddenSize, hiddenSize]);

  async function heldLogits(hidden: Float32Array): Promise<Float32Array> {
    const logits = await session(() => logitsGraph(config, files, precision), "logits");
    return (await logits.run({ hidden: rowsOf(hidden) }))["logits"]?.data as Float32Array;
  }

  /** Reads the output matrix in slices. */
  async function slicedLogits(hidden: Float32Array, bytes: number): Promise<Float32Array> {
    const partial = await session(() => partialLogitsGraph(config, files), "partial");
    const rows = hidden.length / hiddenSize;
    const values = new Float32Array(rows * vocabularySize);
    const step = Math.min(vocabularySize, Math.max(1, Math.floor(bytes / 4 / hiddenSize)));
    slice ??= new Float32Array(step * hiddenSize);
    for (let first = 0; first < vocabularySize; first += step) {
      const count = Math.min(step, vocabularySize - first);
      const weight = await readWeight(files, headTensor(config, files), { rows: { first, count }, into: slice });
      const outputs = await partial.run({
        hidden: rowsOf(hidden),
        weight: new Tensor("float32", weight, [count, hiddenSize]),
      });
      const part = outputs["logits"]?.data as Float32Array;
      for (let row = 0; row < rows; row++) {
        values.set(part.subarray(row * count, (row + 1) * count), row * vocabularySize + first);
      }
    }
    return values;
  }

  const logits = (hidden: Float32Array) =>
    sliceBytes === undefined ? heldLogits(hidden) : slicedLogits(hidden, sliceBytes);

  return {
    logits,
    async losses(hidden, targets) {
      const column = new Tensor("int64", BigInt64Array.from(targets, BigInt), [targets.length, 1]);
      if (onDevice) {
        const losses = await session(() => lossGraph(config, files, precision), "losses");
        return (await losses.run({ hidden: rowsOf(hidden), targets: column }))["losses"]?.data as Float32Array;
      }
      const values = new Tensor("float32", await logits(hidden), [targets.length, vocabularySize]);
      const losses = await session(() => lossOfLogitsGraph(config, files), "losses");
      return (await losses.run({ logits: values, targets: column }))["losses"]?.data as Float32Array;
    },
    async close() {
      await Promise.all([...sessions.values()].map(async (one) => (await one.catch(() => undefined))?.release()));
      sessions.clear();
    },
  };
}
