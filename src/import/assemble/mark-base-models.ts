import { baseModelName } from "../../model/base-model-name.js";
import type { ExperimentRecord } from "../../model/records.js";

/** Marks what was evaluated under the name of the other runs' base model, without any training, as that model. */
export function withBaseModels(experiments: readonly ExperimentRecord[]): ExperimentRecord[] {
  const models = experiments.flatMap(({ settings }) =>
    settings.flatMap(({ field, value }) => (field === "base_model" ? baseModelName(String(value)).model : [])),
  );
  const isBase = ({ method, rank, series, name }: ExperimentRecord): boolean =>
    method === "UNKNOWN" && rank === null && series.length === 0 && models.includes(baseModelName(name).model);
  return experiments.map((experiment) => (isBase(experiment) ? { ...experiment, method: "BASE" } : experiment));
}
