import { Tensor, type InferenceSession } from "onnxruntime-node";
import type { ModelConfig, ModelFiles } from "../../model/language-model.js";
import type { PreparedAdapter } from "./adapter-feeds.js";
import { cacheNames } from "./attention.js";
import { decoderGraph, maskName } from "./decoder-graph.js";
import { gpt2Graph } from "./gpt2-graph.js";
import type { AdapterForm } from "./linear.js";
import type { SessionOpener } from "./model-sessions.js";
import { ropeFrequencies, ropeTables } from "./rope.js";
import { attentionMask, extendPositions, integerGrid, type CachedPositions, type TokenChunk } from "./token-batch.js";

type Feeds = Record<string, Tensor>;

/** Keys and values of the tokens that ran before, of all layers. */
export interface Cache {
  readonly positions: CachedPositions;
  readonly tensors: Readonly<Feeds>;
}

interface LayerRun {
  readonly chunk: TokenChunk;
  readonly cache: Cache;
  readonly adapter: PreparedAdapter;
  /** Tensors that are inputs of the graph. */
  readonly weights: Readonly<Feeds>;
  /** Whether more tokens of these sequences follow. */
  readonly keepsCache: boolean;
}

/** Runs the layers of a model; runs wait for each other. */
export interface LayerRunner {
  /** Returns `hidden` [batch * sequence, hidden size], and the extended cache if it is kept. */
  run(run: LayerRun): Promise<{ readonly hidden: Float32Array; readonly cache: Cache }>;
  close(): Promise<void>;
}

/** Returns the cache before the first token of `batch` sequences. */
export function emptyCache(config: ModelConfig, batch: number): Cache {
  const { layers, keyValueHeads, headSize } = config;
  const tensors: Feeds = {};
  for (let layer = 0; layer < layers; layer++) {
    const { pastKeys, pastValues } = cacheNames(layer);
    for (const name of [pastKeys, pastValues]) {
      tensors[name] = new Tensor("float32", new Float32Array(), [batch, keyValueHeads, 0, headSize]);
    }
  }
  return { positions: Array.from({ length: batch }, () => new Int32Array()), tensors };
}

/** @param inputTensors names of the tensors that `run` gets as `weights` */
export function createLayerRunner(
  config: ModelConfig,
  files: ModelFiles,
  inputTensors: ReadonlySet<string>,
  open: SessionOpener,
): LayerRunner {
  const frequencies = config.architecture === "gpt2" ? undefined : ropeFrequencies(config.rope, config.headSize);
  let opened: { readonly form: AdapterForm; readonly session: InferenceSession } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** One session serves all adapters: that of DoRA replaces that of LoRA, since both hold all weights. */
  async function sessionFor(form: AdapterForm): Promise<InferenceSession> {
    if (opened !== undefined && (opened.form === form || opened.form === "dora")) return opened.session;
    await opened?.session.release();
    opened = undefined;
    const graph =
      config.architecture === "gpt2"
        ? gpt2Graph(config, files, form, inputTensors)
        : decoderGraph(config, files, form, inputTensors);
    opened = { form, session: await open(graph) };
    return opened.session;
  }

  /** Feeds of the tokens' places: learned or rotary positions, and masks. */
  function placeFeeds(chunk: TokenChunk, all: CachedPositions): Feeds {
    const tokens = integerGrid(chunk, chunk.tokens);
    if (config.architecture === "gpt2") {
      return { tokens, positions: integerGrid(chunk, chunk.positions), mask: attentionMask(chunk, all, null) };
    }
    if (frequencies === undefined) throw new Error("A decoder has rotary positions.");
    const size = frequencies.length;
    const count = chunk.positions.length;
    const { cos, sin } = ropeTables(frequencies, chunk.positions);
    const windows = [...new Set(config.windows)];
    return {
      tokens,
      rows: integerGrid(
        chunk,
        Int32Array.from({ length: count }, (_, row) => row),
      ),
      cos: new Tensor("float32", cos, [count, size]),
      sin: new Tensor("float32", sin, [count, size]),
      ...Object.fromEntries(windows.map((window) => [maskName(window), attentionMask(chunk, all, window)])),
    };
  }

  async function runNow({ chunk, cache, adapter, weights, keepsCache }: LayerRun) {
    const session = await sessionFor(adapter.form);
    const positions = extendPositions(cache.positions, chunk);
    const given: Feeds = { ...placeFeeds(chunk, positions), ...cache.tensors, ...adapter.feeds, ...weights };
    const feeds = Object.fromEntries(session.inputNames.map((name) => [name, given[name]])) as Feeds;
    const outputs = await session.run(feeds, keepsCache ? session.outputNames : ["hidden"]);
    const tensors: Feeds = {};
    for (let layer = 0; keepsCache && layer < config.layers; layer++) {
      const names = cacheNames(layer);
      tensors[names.pastKeys] = outputs[names.keys] as Tensor;
      tensors[names.pastValues] = outputs[names.values] as Tensor;
    }
    return { hidden: outputs["hidden"]?.data as Float32Array, cache: { positions, tensors } };
  }

  return {
    run(run) {
      const result = last.then(() => runNow(run));
      last = result.catch(() => undefined);
      return result;
    },
    async close() {
      await last;
      await opened?.session.release();
      opened = undefined;
    },
  };
}
