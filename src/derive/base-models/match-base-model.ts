import { baseModelName, isLocalPath } from "../../model/base-model-name.js";

/** A registered model, or the reason why there is none, in one sentence that says what to do. */
export type BaseModelMatch<Model> =
  { readonly model: Model; readonly reason: null } | { readonly model: null; readonly reason: string };

interface Named {
  readonly id: string;
  /** Names under which the model was registered. */
  readonly names: readonly string[];
  readonly keys: readonly string[];
}

/**
 * Returns the registered model that a study's adapters were trained on. Names are compared as `baseModelName` does; of several
 * models, one that has exactly the study's name is preferred.
 *
 * @param baseModel `base_model_name_or_path` of the study's adapters; null if none names one
 */
export function matchBaseModel<Model extends Named>(
  baseModel: string | null,
  models: readonly Model[],
): BaseModelMatch<Model> {
  if (baseModel === null) {
    return absent("No adapter of the study names its base model: import an adapter_config.json that names it.");
  }
  const key = baseModelName(baseModel).model;
  const matching = models.filter(({ keys }) => keys.includes(key));
  const exact = matching.filter(({ names }) => names.includes(baseModel));
  const [only, ...others] = exact.length > 0 ? exact : matching;
  if (only === undefined) return absent(`${quote(baseModel)} is not registered: ${registration(baseModel)}`);
  if (others.length === 0) return { model: only, reason: null };
  const ids = [only, ...others].map(({ id }) => id).join(", ");
  return absent(
    `Several registered models have the name ${quote(baseModel)} (${ids}): remove all but one with rankscope model remove ID.`,
  );
}

/** Returns the command that registers a model. */
function registration(baseModel: string): string {
  const name = JSON.stringify(baseModel);
  const byFolder = `rankscope model add FOLDER --name ${name}`;
  const isHubId = !isLocalPath(baseModel) && /^[\w.-]+(?:\/[\w.-]+)?$/.test(baseModel);
  return isHubId
    ? `run rankscope model add hf://${baseModel} if the hub's cache has it, else ${byFolder}.`
    : `run ${byFolder}.`;
}

function quote(name: string): string {
  return JSON.stringify(name);
}

function absent(reason: string): { readonly model: null; readonly reason: string } {
  return { model: null, reason };
}
