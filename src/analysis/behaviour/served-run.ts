import { matchBaseModel, type BaseModelMatch } from "../../derive/base-models/match-base-model.js";
import { servedQuantization } from "../../derive/base-models/served-quantization.js";
import { baseModelName } from "../../model/base-model-name.js";
import { largest } from "../../model/extremes.js";
import type { LocatedModel } from "../../model/behaviour-facts.js";
import type { ServedForm } from "../../model/behaviour.js";
import type { UncomparedTensors } from "../../model/records.js";
import { adapterHash } from "../../store/behaviour/adapter-identity.js";
import type { StoredBaseModel } from "../../store/base-models.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Loaders } from "../request/loaders.js";
import type { RunCheckpoint } from "../runs/run-checkpoint.js";

/** A run that can be served, or the reason why it cannot, in one sentence that says what to do. */
export type ServedRun =
  | { readonly model: LocatedModel; readonly base: StoredBaseModel; readonly reason: null }
  | { readonly model: null; readonly reason: string };

/** A run that can be served. */
export type Servable = Extract<ServedRun, { readonly reason: null }>;

type RunLoaders = Pick<Loaders, "studyById" | "baseModels" | "settings" | "factors" | "layers">;

/** Returns the registered base model of a study, or why there is none. */
export async function registeredBase(
  { baseModels }: Pick<Loaders, "baseModels">,
  baseModel: string | null,
): Promise<BaseModelMatch<StoredBaseModel>> {
  const models = baseModel === null ? [] : await baseModels.load(baseModelName(baseModel).model);
  return matchBaseModel(baseModel, models);
}

/**
 * Returns the model that a run trained: the files of its base, quantized as in training, and the adapter of its checkpoint. What
 * cannot be reproduced exactly is refused by name.
 */
export async function servedRun(
  loaders: RunLoaders,
  run: RunCheckpoint,
  form: ServedForm = "SEPARATE",
): Promise<ServedRun> {
  const { experiment, checkpoint } = run;
  const [study, settings] = await Promise.all([
    loaders.studyById.load(experiment.studyId),
    loaders.settings.load(experiment.id),
  ]);
  const match = await registeredBase(loaders, study?.baseModel ?? null);
  if (match.model === null) return refused(match.reason);
  const doubleQuantization = settings.find(({ field }) => field === "double_quantization")?.value;
  const served = servedQuantization({
    run: experiment.name,
    study: study?.slug ?? "",
    bits: experiment.quantizationBits,
    scheme: experiment.quantizationScheme,
    doubleQuantization: typeof doubleQuantization === "boolean" ? doubleQuantization : null,
  });
  if (served.reason !== null) return refused(served.reason);
  const { quantization } = served;
  if (form === "MERGED_REQUANTIZED" && quantization === null) {
    return refused(`The base of ${experiment.name} is not quantized, so that there is nothing to quantize again.`);
  }
  const base = { base: match.model.hash, quantization };
  if (experiment.method === "BASE") {
    const model = { ...base, adapter: null, checkpoint: null, form: "SEPARATE" } as const;
    return { model, base: match.model, reason: null };
  }
  const problem = adapterProblem(experiment, checkpoint);
  if (problem !== undefined || checkpoint === undefined) return refused(problem ?? "The run has no weights.");
  const [factors, layers] = await Promise.all([
    loaders.factors.load({ id: checkpoint.id, studyId: experiment.studyId }),
    loaders.layers.load(experiment.studyId),
  ]);
  const nameOf = new Map(layers.map(({ id, name }) => [id, name]));
  const hasMagnitudes = checkpoint.uncompared.some(({ kind }) => kind === "DORA_MAGNITUDE");
  const known = HASHES.get(factors);
  const adapter =
    known ??
    adapterHash({
      layers: factors.map(({ layerId, hash, scaling }) => ({ name: nameOf.get(layerId) ?? "", hash, scaling })),
      magnitudesIn: hasMagnitudes ? checkpoint.hash : null,
    });
  HASHES.set(factors, adapter);
  return { model: { ...base, adapter, checkpoint: checkpoint.id, form }, base: match.model, reason: null };
}

/** The content hash of each list of factors: a checkpoint's list is shared by the requests of a revision. */
const HASHES = new WeakMap<readonly unknown[], string>();

type Checkpoint = NonNullable<RunCheckpoint["checkpoint"]>;

/** Tensors of a checkpoint that change the model and are not applied here, by what they are. */
const NOT_APPLIED: Partial<Record<UncomparedTensors["kind"], string>> = {
  MODULE_TO_SAVE: "modules that were trained completely (modules_to_save)",
  BIAS: "trained biases",
  OTHER: "tensors of unknown kind",
};

/** Returns why an adapter cannot be served; undefined if it can. */
function adapterProblem(experiment: Experiment, checkpoint: Checkpoint | undefined): string | undefined {
  const { name, method } = experiment;
  if (method === "FULL")
    return `${name} is a full fine-tuning, whose weights are not stored: only adapters can be run.`;
  if (checkpoint === undefined)
    return `The weights of ${name} are not in the study's folder: import them to run the model.`;
  const tensor = checkpoint.uncompared.find(({ kind }) => NOT_APPLIED[kind] !== undefined);
  if (tensor === undefined) return undefined;
  return `The adapter of ${name} has ${NOT_APPLIED[tensor.kind]}, such as ${tensor.name}, which are not applied here.`;
}

function refused(reason: string): ServedRun {
  return { model: null, reason };
}

/**
 * Returns the size of distinct models in float32, in bytes, by which workers take jobs. Weights of a quantized or merged model
 * count beside those of its files. A worker that streams a model needs less memory.
 */
export function modelBytes(runs: readonly { readonly model: LocatedModel; readonly base: StoredBaseModel }[]): number {
  const distinct = new Map(
    runs.map((run) => {
      const { base, quantization, form, adapter } = run.model;
      return [JSON.stringify([base, quantization, form, form === "SEPARATE" || adapter]), run];
    }),
  );
  return [...distinct.values()].reduce(
    (sum, { model, base }) =>
      sum + 4 * base.parameters * (model.quantization === null && model.form === "SEPARATE" ? 1 : 2),
    0,
  );
}

/** A matrix has at most this share of the weights of its layer, as the MLP of GPT-2 has. */
const LARGEST_MATRIX = 1 / 3;
/** Copies of a matrix in float32: as stored, as [out, in], its codes and its dequantized values. */
const MATRIX_COPIES = 4;

/** Returns the bytes that the norms of one linear layer need at most. Norms of further layers are computed one after the other. */
export function layerBytes(runs: readonly { readonly base: StoredBaseModel }[]): number {
  const parameters = runs.map(({ base }) => base.parameters / base.layers);
  return Math.ceil(4 * MATRIX_COPIES * LARGEST_MATRIX * largest(parameters));
}
