import { Tensor } from "onnxruntime-node";
import { failure } from "../../errors.js";
import type { ModelAdapter, ModelConfig, ModelFiles, ModuleUpdate } from "../../model/language-model.js";
import { allLinearModules, type LinearModule } from "../../model/model-tensors.js";
import type { Graph } from "../onnx/onnx-model.js";
import { graphWriter } from "./graph-writer.js";
import { adapterInputs, type AdapterForm } from "./linear.js";
import type { SessionOpener } from "./model-sessions.js";

type Feeds = Record<string, Tensor>;

/** Weights of which the norms are computed together: 128 MB in float32, or one module. */
const MAX_GROUP_ELEMENTS = 32 * 2 ** 20;

/** An adapter as inputs of a model's graph. */
export interface PreparedAdapter {
  /** The least form of graph that applies it. */
  readonly form: AdapterForm;
  readonly feeds: Readonly<Feeds>;
}

interface AdapterContext {
  readonly config: ModelConfig;
  readonly files: ModelFiles;
  /** Opens sessions on the CPU, where the norms are computed. */
  readonly open: SessionOpener;
  /** Tensors that are inputs of the graph, by name. */
  readonly weights: Readonly<Feeds>;
}

/**
 * Lays out an adapter for the graph: modules without an update have rank 0. The magnitudes of DoRA are divided by the norms of
 * the rows of W + scaling B A, which are computed here once.
 *
 * @throws MODEL_ADAPTER_MISMATCH for a module that the model does not have, or of another shape
 */
export async function prepareAdapter(adapter: ModelAdapter, context: AdapterContext): Promise<PreparedAdapter> {
  const modules = allLinearModules(context.config);
  const known = new Map(modules.map((module) => [module.name, module]));
  for (const [name, update] of adapter) requireFit(name, update, known.get(name));
  const feeds: Feeds = {};
  for (const module of modules) Object.assign(feeds, factorFeeds(module, adapter.get(module.name)));
  const scaled = modules.filter(({ name }) => adapter.get(name)?.magnitude !== undefined);
  const norms: Record<string, Float32Array> = {};
  for (const group of groupsOfWeights(scaled)) Object.assign(norms, await rowNorms(group, feeds, context));
  for (const { name, outFeatures } of modules) {
    const norm = norms[name];
    const factors =
      norm === undefined
        ? new Float32Array(outFeatures).fill(1)
        : norm.map((length, row) => (adapter.get(name)?.magnitude?.[row] ?? 0) / length);
    feeds[adapterInputs(name).magnitude] = new Tensor("float32", factors, [outFeatures]);
  }
  return { form: scaled.length === 0 ? "lora" : "dora", feeds };
}

function requireFit(name: string, update: ModuleUpdate, module: LinearModule | undefined): void {
  if (module === undefined) {
    throw failure("MODEL_ADAPTER_MISMATCH", {
      where: name,
      received: "an update of a module that the model does not have",
    });
  }
  const { rank, a, b, magnitude } = update;
  const { inFeatures, outFeatures } = module;
  const isFit = a.length === rank * inFeatures && b.length === outFeatures * rank;
  if (isFit && (magnitude === undefined || magnitude.length === outFeatures)) return;
  const sizes = [
    `A of ${a.length}`,
    `B of ${b.length}`,
    ...(magnitude === undefined ? [] : [`magnitude of ${magnitude.length}`]),
  ];
  const allowed = `A [${rank}, ${inFeatures}], B [${outFeatures}, ${rank}], magnitude [${outFeatures}]`;
  throw failure("MODEL_ADAPTER_MISMATCH", { where: name, received: `${sizes.join(", ")} elements`, allowed });
}

function factorFeeds({ name, inFeatures, outFeatures }: LinearModule, update: ModuleUpdate | undefined): Feeds {
  const { rank = 0, a = new Float32Array(), b = new Float32Array(), scaling = 1 } = update ?? {};
  const inputs = adapterInputs(name);
  return {
    [inputs.a]: new Tensor("float32", a, [rank, inFeatures]),
    [inputs.b]: new Tensor("float32", scaling === 1 ? b : b.map((value) => value * scaling), [outFeatures, rank]),
  };
}

/** Splits modules into groups whose weights are in memory together. */
function groupsOfWeights(modules: readonly LinearModule[]): LinearModule[][] {
  const groups: LinearModule[][] = [];
  let elements = Infinity;
  for (const module of modules) {
    const size = module.inFeatures * module.outFeatures;
    elements += size;
    if (elements > MAX_GROUP_ELEMENTS) {
      groups.push([]);
      elements = size;
    }
    groups.at(-1)?.push(module);
  }
  return groups;
}

/** Returns the norms of the rows of W + B A of each module, in float32 as PEFT (peft/tuners/lora/dora.py, get_weight_norm). */
async function rowNorms(
  modules: readonly LinearModule[],
  feeds: Readonly<Feeds>,
  { files, open, weights }: AdapterContext,
): Promise<Record<string, Float32Array>> {
  const session = await open(normsGraph(modules, files, new Set(Object.keys(weights))));
  try {
    const inputs = session.inputNames.map((name) => [name, weights[name] ?? feeds[name]] as const);
    const outputs = await session.run(Object.fromEntries(inputs) as Feeds);
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]));
  } finally {
    await session.release();
  }
}

function normsGraph(modules: readonly LinearModule[], files: ModelFiles, inputTensors: ReadonlySet<string>): Graph {
  const writer = graphWriter(files, inputTensors);
  for (const { name, inFeatures, outFeatures, transposed } of modules) {
    const inputs = adapterInputs(name);
    const a = writer.input(inputs.a, "float32", [`${name}.r`, inFeatures]);
    const b = writer.input(inputs.b, "float32", [outFeatures, `${name}.r`]);
    const stored = writer.weight(`${name}.weight`);
    const weight = transposed ? writer.add("Transpose", [stored], { attributes: { perm: [1, 0] } }) : stored;
    const adapted = writer.add("Gemm", [b, a, weight]);
    const norm = writer.add("ReduceL2", [adapted, writer.integers([1])], { attributes: { keepdims: 0 } });
    writer.output(norm, name, [outFeatures]);
  }
  return writer.graph("row-norms");
}
