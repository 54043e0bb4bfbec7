import type { Run } from "../../derive/runs/comparison-roles.js";
import type { AdapterSettings } from "../../model/records.js";
import type { Experiment } from "../../store/studies/experiments.js";

/** Converts an experiment to a run of the derivations. */
export function runOf(experiment: Experiment): Run {
  return {
    id: experiment.id,
    name: experiment.name,
    rank: experiment.rank.r,
    seed: experiment.seed,
    method: experiment.method,
    useRslora: (experiment.adapter as AdapterSettings | null)?.useRslora,
    steps: experiment.steps,
    quantization: { label: experiment.quantizationLabel, bits: experiment.quantizationBits },
    hasWeights: experiment.checkpoints.length > 0,
    metrics: new Map(experiment.metrics.map(({ name, value }) => [name, value])),
  };
}

/** Returns a function that finds the experiment of a derivation's run. */
export function experimentFinder(experiments: readonly Experiment[]): (run: { readonly id: string }) => Experiment {
  const byId = new Map(experiments.map((experiment) => [experiment.id, experiment]));
  return ({ id }) => {
    const experiment = byId.get(id);
    if (experiment === undefined) throw new Error(`A derivation returned experiment ${id}, which it was not given.`);
    return experiment;
  };
}
