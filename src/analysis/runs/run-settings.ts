import type { ComparedAdapterSettings, RunSettings } from "../../derive/runs/run-settings.js";
import type { RunCheckpoint } from "./checkpoint-layers.js";
import type { Loaders } from "../request/loaders.js";

/** How a run was trained, as the derivations see it. */
export async function runSettings(
  loaders: Pick<Loaders, "studyById" | "series">,
  { experiment, checkpoint }: RunCheckpoint,
): Promise<RunSettings> {
  const [study, learningRates] = await Promise.all([
    loaders.studyById.load(experiment.studyId),
    loaders.series.load({ experimentId: experiment.id, name: "learning_rate" }),
  ]);
  const { name, method, seed, steps, numSamples } = experiment;
  return {
    ...{ name, method, seed, steps, numSamples },
    quantization: {
      label: experiment.quantizationLabel,
      bits: experiment.quantizationBits,
      scheme: experiment.quantizationScheme,
    },
    rank: experiment.rank.r,
    peakLearningRate: greatest(learningRates?.values ?? []),
    baseModel: study?.baseModel ?? null,
    // Stored as the import checked it.
    adapter: experiment.adapter as ComparedAdapterSettings | null,
    checkpointStep: checkpoint?.step ?? null,
    uncompared: (checkpoint?.uncompared ?? []) as unknown as RunSettings["uncompared"],
  };
}

function greatest(values: readonly number[]): number | null {
  const most = values.reduce((max, value) => (value > max ? value : max), -Infinity);
  return Number.isFinite(most) ? most : null;
}
