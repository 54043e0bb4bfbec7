import type { ComparedAdapterSettings, RunSettings } from "../../derive/runs/run-settings.js";
import type { Loaders } from "../request/loaders.js";
import type { RunCheckpoint } from "./run-checkpoint.js";

/** Loads how a run was trained. */
export async function runSettings(
  loaders: Pick<Loaders, "studyById" | "series">,
  { experiment, checkpoint }: RunCheckpoint,
): Promise<RunSettings> {
  const [study, learningRates] = await Promise.all([
    loaders.studyById.load(experiment.studyId),
    loaders.series.load({ experimentId: experiment.id, name: "learning_rate" }),
  ]);
  return {
    name: experiment.name,
    method: experiment.method,
    seed: experiment.seed,
    steps: experiment.steps,
    numSamples: experiment.numSamples,
    quantization: {
      label: experiment.quantizationLabel,
      bits: experiment.quantizationBits,
      scheme: experiment.quantizationScheme,
    },
    rank: experiment.rank?.r ?? null,
    peakLearningRate: maximum(learningRates?.values ?? []),
    baseModel: study?.baseModel ?? null,
    // The import checks these two before they are stored.
    adapter: experiment.adapter as ComparedAdapterSettings | null,
    uncompared: (checkpoint?.uncompared ?? []) as unknown as RunSettings["uncompared"],
    checkpointStep: checkpoint?.step ?? null,
  };
}

/** Returns the maximum, without NaN; null where it is not finite or there are no values. */
function maximum(values: readonly number[]): number | null {
  const result = values.reduce((max, value) => (value > max ? value : max), -Infinity);
  return Number.isFinite(result) ? result : null;
}
