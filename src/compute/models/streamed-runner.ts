import { Tensor, type InferenceSession } from "onnxruntime-node";
import type { ModelConfig } from "../../model/language-model.js";
import { layerPath } from "../../model/model-tensors.js";
import { cacheNames } from "./attention.js";
import { oneAtATime, partGraph, type LayerRun, type LayerRunner, type RunnerOptions } from "./layer-runner.js";
import type { AdapterForm } from "./linear.js";
import type { ModelPart } from "./model-part.js";
import { placeFeeds } from "./place-feeds.js";
import { readWeight } from "./read-weight.js";
import { extendPositions } from "./token-batch.js";

type Feeds = Record<string, Tensor>;

/**
 * Creates the runner that reads one layer at a time from the files, for models that do not fit into the memory: each run reads
 * all weights again. Layers of one kind share a session, whose inputs are the weights.
 */
export function createStreamedRunner(options: RunnerOptions): LayerRunner {
  const { config, files, precision, open } = options;
  const placesOf = placeFeeds(config, precision);
  const sessions = new Map<string, Promise<InferenceSession>>();
  /** Buffers that all layers of a kind are read into, by the tensor's name in the first of them. */
  const buffers = new Map<string, Float32Array>();

  function session(part: ModelPart, form: AdapterForm): Promise<InferenceSession> {
    const key = JSON.stringify([part, form]);
    const prefixes = part.layers.map((layer) => `${layerPath(config, layer)}.`);
    const ofLayer = [...files.tensors.keys()].filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
    const opened =
      sessions.get(key) ?? open(partGraph(config, { files, form, inputTensors: new Set(ofLayer), precision, part }));
    sessions.set(key, opened);
    return opened;
  }

  async function weightOf(name: string, sharedName: string): Promise<Tensor> {
    const values = await readWeight(files, name, { into: buffers.get(sharedName) });
    buffers.set(sharedName, values);
    return new Tensor("float32", values, files.tensors.get(name)?.shape ?? []);
  }

  /** Returns the inputs that the session of layer `like` gets for `layer`. */
  async function feedsOf(names: readonly string[], layer: number, like: number, given: Feeds): Promise<Feeds> {
    const feeds: Feeds = {};
    for (const name of names) {
      const own = renamed(config, name, like, layer);
      feeds[name] = given[own] ?? (await weightOf(own, name));
    }
    return feeds;
  }

  async function run({ chunk, cache, adapter, weights, keepsCache }: LayerRun) {
    const positions = extendPositions(cache.positions, chunk);
    const given: Feeds = { ...placesOf(chunk, positions), ...cache.tensors, ...adapter.feeds, ...weights };
    const tensors: Feeds = {};
    const runPart = async (part: ModelPart, layer = 0) => {
      const [like = layer] = part.layers;
      const opened = await session(part, adapter.form);
      const outputs = await opened.run(
        await feedsOf(opened.inputNames, layer, like, given),
        keepsCache ? opened.outputNames : ["hidden"],
      );
      given["states"] = outputs["hidden"] as Tensor;
      if (!keepsCache || part.layers.length === 0) return;
      const [present, past] = [cacheNames(like), cacheNames(layer)];
      tensors[past.pastKeys] = outputs[present.keys] as Tensor;
      tensors[past.pastValues] = outputs[present.values] as Tensor;
    };
    await runPart({ embeds: true, layers: [], norms: false });
    for (let layer = 0; layer < config.layers; layer++) {
      await runPart({ embeds: false, layers: [firstOfKind(config, layer)], norms: false }, layer);
    }
    await runPart({ embeds: false, layers: [], norms: true });
    return { hidden: given["states"]?.data as Float32Array, cache: { positions, tensors } };
  }

  return oneAtATime({
    run,
    async close() {
      await Promise.all([...sessions.values()].map(async (one) => (await one.catch(() => undefined))?.release()));
      sessions.clear();
      buffers.clear();
    },
  });
}

/** Returns the first layer whose graph is the same but for the names: layers differ by their window and scale of scores. */
function firstOfKind(config: ModelConfig, layer: number): number {
  if (config.architecture === "gpt2") return config.scalesByLayer ? layer : 0;
  return config.windows.indexOf(config.windows[layer] ?? null);
}

/** Returns the name in `layer` of what is called `name` in layer `like`. */
function renamed(config: ModelConfig, name: string, like: number, layer: number): string {
  const prefix = `${layerPath(config, like)}.`;
  if (name.startsWith(prefix)) return `${layerPath(config, layer)}.${name.slice(prefix.length)}`;
  const [from, to] = [cacheNames(like), cacheNames(layer)];
  if (name === from.pastKeys) return to.pastKeys;
  return name === from.pastValues ? to.pastValues : name;
}
