import type { Provider } from "../../model/computed-facts.js";
import type { ModelPrecision } from "./graph-writer.js";
import { openModel } from "./language-model.js";
import type { LanguageModel, ModelOptions } from "./language-model-types.js";

/** A model, and what computes it. */
export interface OpenedModel {
  readonly model: LanguageModel;
  readonly provider: Provider;
  readonly precision: ModelPrecision;
  /** Why the CPU computes it instead of the requested provider; null if the requested one does. */
  readonly fallback: string | null;
}

/**
 * Opens a model on a provider and runs one token through all of it. If the provider cannot be opened, cannot hold the model, or
 * gives values that are not numbers, as float16 does when it overflows, the model is opened on the CPU in float32.
 *
 * @throws MODEL_TOO_LARGE, and the errors of the CPU provider
 */
export async function openModelOn(options: ModelOptions): Promise<OpenedModel> {
  const { provider, precision = "float32" } = options;
  if (provider === "cpu") return { model: openModel(options), provider, precision: "float32", fallback: null };
  const model = openModel(options);
  const problem = await problemOf(model);
  if (problem === null) return { model, provider, precision, fallback: null };
  await model.close();
  const onCpu = openModel({ ...options, provider: "cpu", precision: "float32" });
  return { model: onCpu, provider: "cpu", precision: "float32", fallback: `${provider}: ${problem}` };
}

async function problemOf(model: LanguageModel): Promise<string | null> {
  try {
    const { logits, release } = await model.prefill([[0]]);
    release();
    return logits.every(Number.isFinite) ? null : "its logits are not finite numbers";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
