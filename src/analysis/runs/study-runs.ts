import type { AdapterSettings } from "../../model/records.js";
import type { Run } from "../../derive/runs/comparison-roles.js";
import type { Experiment } from "../../store/studies/experiments.js";

/** An experiment as the derivations see it. */
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

/** Experiments by id, to find a derivation's runs again. */
export function byId(experiments: readonly Experiment[]): (run: { readonly id: string }) => Experiment {
  const map = new Map(experiments.map((experiment) => [experiment.id, experiment]));
  return ({ id }) => {
    const experiment = map.get(id);
    if (experiment === undefined) throw new Error(`a derivation named experiment ${id}, which it was not given`);
    return experiment;
  };
}
