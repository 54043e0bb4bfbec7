import { Tensor, type InferenceSession } from "onnxruntime-node";
import type { ModelConfig, ModelFiles } from "../../model/language-model.js";
import { logitsGraph, lossGraph } from "./head-graph.js";
import type { SessionOpener } from "./model-sessions.js";

/** Multiplies hidden states by the output matrix. Callers give at most as many rows as their memory allows. */
export interface OutputHead {
  /** Returns the logits [rows, vocabulary] of `hidden` [rows, hidden size]. */
  logits(hidden: Float32Array): Promise<Float32Array>;
  /** Returns the negative log-likelihood of each row's target, in nats. */
  losses(hidden: Float32Array, targets: readonly number[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Creates the head of a model; its sessions are opened by the first use. */
export function createOutputHead(config: ModelConfig, files: ModelFiles, open: SessionOpener): OutputHead {
  const sessions = new Map<typeof logitsGraph, Promise<InferenceSession>>();

  function session(build: typeof logitsGraph): Promise<InferenceSession> {
    const opened = sessions.get(build) ?? open(build(config, files));
    sessions.set(build, opened);
    return opened;
  }

  const rowsOf = (hidden: Float32Array): Tensor =>
    new Tensor("float32", hidden, [hidden.length / config.hiddenSize, config.hiddenSize]);

  return {
    async logits(hidden) {
      const outputs = await (await session(logitsGraph)).run({ hidden: rowsOf(hidden) });
      return outputs["logits"]?.data as Float32Array;
    },
    async losses(hidden, targets) {
      const column = new Tensor("int64", BigInt64Array.from(targets, BigInt), [targets.length, 1]);
      const outputs = await (await session(lossGraph)).run({ hidden: rowsOf(hidden), targets: column });
      return outputs["losses"]?.data as Float32Array;
    },
    async close() {
      await Promise.all([...sessions.values()].map(async (one) => (await one.catch(() => undefined))?.release()));
      sessions.clear();
    },
  };
}
