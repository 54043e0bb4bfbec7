import type { ComparedAdapterSettings, RunSettings } from "../../derive/runs/run-settings.js";
import { mapInTurns } from "../../store/in-turns.js";
import type { Study } from "../../store/studies/studies.js";
import type { Loaders } from "../request/loaders.js";
import { finalCheckpoint, type RunCheckpoint } from "./run-checkpoint.js";

/** Loads how a run was trained. */
export async function runSettings(
  loaders: Pick<Loaders, "studyById" | "series">,
  { experiment, checkpoint }: RunCheckpoint,
): Promise<RunSettings> {
  const [study, learningRates] = await Promise.all([
    loaders.studyById.load(experiment.studyId),
    loaders.series.load({ experimentId: experiment.id, name: "learning_rate" }),
  ]);
  return settingsOf({ experiment, checkpoint }, study, maximum(learningRates?.values ?? []));
}

/** Loads how each run of a study was trained, by the run's id. */
export async function settingsOfStudy(
  loaders: Pick<Loaders, "experiments" | "studyById" | "peakLearningRates">,
  studyId: string,
): Promise<ReadonlyMap<string, RunSettings>> {
  const [experiments, study, peaks] = await Promise.all([
    loaders.experiments.load(studyId),
    loaders.studyById.load(studyId),
    loaders.peakLearningRates.load(studyId),
  ]);
  const peakOf = new Map(await mapInTurns(peaks, ({ experimentId, peak }) => [experimentId, peak] as const));
  return new Map(
    await mapInTurns(experiments, (experiment) => {
      const checkpoint = finalCheckpoint(experiment);
      const peak = peakOf.get(experiment.id) ?? null;
      return [experiment.id, settingsOf({ experiment, checkpoint }, study, finiteOrNull(peak))] as const;
    }),
  );
}

/** @param peakLearningRate null if unknown or not finite */
function settingsOf(
  { experiment, checkpoint }: RunCheckpoint,
  study: Study | undefined,
  peakLearningRate: number | null,
): RunSettings {
  return {
    name: experiment.name,
    method: experiment.method,
    seed: experiment.seed,
    data: experiment.data,
    steps: experiment.steps,
    numSamples: experiment.numSamples,
    quantization: {
      label: experiment.quantizationLabel,
      bits: experiment.quantizationBits,
      scheme: experiment.quantizationScheme,
    },
    rank: experiment.rank?.r ?? null,
    peakLearningRate,
    baseModel: study?.baseModel ?? null,
    // The import checks these two before they are stored.
    adapter: experiment.adapter as ComparedAdapterSettings | null,
    uncompared: checkpoint?.uncompared ?? [],
    checkpointStep: checkpoint?.step ?? null,
  };
}

/** Returns the maximum, without NaN; null where it is not finite or there are no values. */
function maximum(values: readonly number[]): number | null {
  return finiteOrNull(values.reduce((max, value) => (value > max ? value : max), -Infinity));
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
