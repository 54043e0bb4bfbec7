import { Tensor, type InferenceSession } from "onnxruntime-node";
import type { ModelConfig, ModelFiles } from "../../model/language-model.js";
import type { PreparedAdapter } from "./adapter-feeds.js";
import { cacheNames } from "./attention.js";
import { decoderGraph } from "./decoder-graph.js";
import { gpt2Graph } from "./gpt2-graph.js";
import type { ModelPrecision } from "./graph-writer.js";
import type { AdapterForm } from "./linear.js";
import { wholeModel, type PartOptions } from "./model-part.js";
import type { SessionOpener } from "./model-sessions.js";
import { placeFeeds } from "./place-feeds.js";
import { extendPositions, type CachedPositions, type TokenChunk } from "./token-batch.js";

type Feeds = Record<string, Tensor>;

/** Keys and values of the tokens that ran before, of all layers. */
export interface Cache {
  readonly positions: CachedPositions;
  readonly tensors: Readonly<Feeds>;
}

export interface LayerRun {
  readonly chunk: TokenChunk;
  readonly cache: Cache;
  readonly adapter: PreparedAdapter;
  /** Tensors that replace those of the files. */
  readonly weights: Readonly<Feeds>;
  /** Whether more tokens of these sequences follow. */
  readonly keepsCache: boolean;
}

export interface LayerResult {
  /** [batch * sequence, hidden size] */
  readonly hidden: Float32Array;
  /** The extended cache; without tensors if it is not kept. */
  readonly cache: Cache;
}

/** Runs the layers of a model; runs wait for each other. */
export interface LayerRunner {
  run(run: LayerRun): Promise<LayerResult>;
  close(): Promise<void>;
}

export interface RunnerOptions {
  readonly config: ModelConfig;
  readonly files: ModelFiles;
  /** Names of the tensors that each run gets as `weights`. */
  readonly inputTensors: ReadonlySet<string>;
  readonly precision: ModelPrecision;
  readonly open: SessionOpener;
  /** Whether the provider keeps the cache on its device. */
  readonly keepsOutputs: boolean;
}

/** Returns the graph of a part of a model. */
export const partGraph = (config: ModelConfig, options: PartOptions) =>
  config.architecture === "gpt2" ? gpt2Graph(config, options) : decoderGraph(config, options);

/** Returns the cache before the first token of `batch` sequences. */
export function emptyCache(config: ModelConfig, batch: number, precision: ModelPrecision): Cache {
  const { layers, keyValueHeads, headSize } = config;
  const dimensions = [batch, keyValueHeads, 0, headSize];
  const tensors: Feeds = {};
  for (let layer = 0; layer < layers; layer++) {
    const { pastKeys, pastValues } = cacheNames(layer);
    for (const name of [pastKeys, pastValues]) {
      tensors[name] =
        precision === "float16"
          ? new Tensor("float16", new Uint16Array(), dimensions)
          : new Tensor("float32", new Float32Array(), dimensions);
    }
  }
  return { positions: Array.from({ length: batch }, () => new Int32Array()), tensors };
}

/** Frees a cache that is kept on a GPU; the garbage collector does not know how large it is. */
export function releaseCache({ tensors }: Cache): void {
  for (const tensor of Object.values(tensors)) if (tensor.location !== "cpu") tensor.dispose();
}

/** Creates the runner that holds all layers in one session. */
export function createLayerRunner(options: RunnerOptions): LayerRunner {
  const { config, precision, open, keepsOutputs } = options;
  const placesOf = placeFeeds(config, precision);
  let opened: { readonly form: AdapterForm; readonly session: InferenceSession } | undefined;

  /** One session serves all adapters: that of DoRA replaces that of LoRA, since both hold all weights. */
  async function sessionFor(form: AdapterForm): Promise<InferenceSession> {
    if (opened !== undefined && (opened.form === form || opened.form === "dora")) return opened.session;
    await opened?.session.release();
    opened = undefined;
    const session = await open(partGraph(config, { ...options, form, part: wholeModel(config.layers) }));
    opened = { form, session };
    return session;
  }

  return oneAtATime({
    async run({ chunk, cache, adapter, weights, keepsCache }) {
      const session = await sessionFor(adapter.form);
      const positions = extendPositions(cache.positions, chunk);
      const given: Feeds = { ...placesOf(chunk, positions), ...cache.tensors, ...adapter.feeds, ...weights };
      const feeds = Object.fromEntries(session.inputNames.map((name) => [name, given[name]])) as Feeds;
      // Outputs on a GPU stay bound to a session: without being requested, they would keep the shape of the run before.
      const takesAll = keepsCache || keepsOutputs;
      const outputs = await session.run(feeds, takesAll ? session.outputNames : ["hidden"]);
      const tensors: Feeds = {};
      for (let layer = 0; takesAll && layer < config.layers; layer++) {
        const names = cacheNames(layer);
        tensors[names.pastKeys] = outputs[names.keys] as Tensor;
        tensors[names.pastValues] = outputs[names.values] as Tensor;
      }
      const result = { hidden: outputs["hidden"]?.data as Float32Array, cache: { positions, tensors } };
      if (!keepsCache) releaseCache(result.cache);
      return result;
    },
    async close() {
      await opened?.session.release();
      opened = undefined;
    },
  });
}

/** Lets runs, and the end, wait for the run before. */
export function oneAtATime(runner: LayerRunner): LayerRunner {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(run) {
      const result = last.then(() => runner.run(run));
      last = result.catch(() => undefined);
      return result;
    },
    async close() {
      await last;
      await runner.close();
    },
  };
}
