import type { Run } from "../../derive/runs/comparison-roles.js";
import type { AdapterSettings } from "../../model/records.js";
import { finalCheckpoint } from "./run-checkpoint.js";
import type { Experiment } from "../../store/studies/experiments.js";
import { mapInTurns } from "../../store/in-turns.js";

/** Converts an experiment to a run of the derivations; undefined for one without a rank, which rank analyses leave out. */
function runOf(experiment: Experiment): Run | undefined {
  if (experiment.rank === null) return undefined;
  return {
    id: experiment.id,
    name: experiment.name,
    rank: experiment.rank.r,
    seed: experiment.seed,
    method: experiment.method,
    useRslora: (experiment.adapter as AdapterSettings | null)?.useRslora,
    data: experiment.data,
    steps: experiment.steps,
    quantization: { label: experiment.quantizationLabel, bits: experiment.quantizationBits },
    hasWeights: experiment.checkpoints.length > 0,
    weights: finalCheckpoint(experiment)?.hash,
    metrics: metricsOf(experiment),
  };
}

/** Returns the recorded metrics of an experiment, by name. */
export function metricsOf({ metrics }: Experiment): ReadonlyMap<string, number> {
  return new Map(metrics.map(({ name, value }) => [name, value]));
}

/** The runs of each list of experiments: the lists of a request are converted once, whatever the number of its fields. */
const CONVERTED = new WeakMap<readonly Experiment[], Promise<readonly Run[]>>();

/** Converts a study's experiments with a rank to runs. Other requests are served meanwhile. */
export function runsOf(experiments: readonly Experiment[]): Promise<readonly Run[]> {
  const known = CONVERTED.get(experiments);
  if (known !== undefined) return known;
  const byId = new Map<string, Experiment>();
  const converted = mapInTurns(experiments, (experiment) => {
    byId.set(experiment.id, experiment);
    return runOf(experiment);
  }).then((runs) => runs.filter((run) => run !== undefined));
  FINDERS.set(experiments, finderIn(byId));
  CONVERTED.set(experiments, converted);
  return converted;
}

type ExperimentFinder = (run: { readonly id: string }) => Experiment;

const FINDERS = new WeakMap<readonly Experiment[], ExperimentFinder>();

/**
 * Returns a function that finds the experiment of a derivation's run. Calls with the same list return the same function.
 *
 * @param experiments a list whose runs were converted
 */
export function experimentFinder(experiments: readonly Experiment[]): ExperimentFinder {
  const finder = FINDERS.get(experiments);
  if (finder === undefined) throw new Error("The runs of these experiments were not converted.");
  return finder;
}

function finderIn(byId: ReadonlyMap<string, Experiment>): ExperimentFinder {
  return ({ id }) => {
    const experiment = byId.get(id);
    if (experiment === undefined) throw new Error(`A derivation returned experiment ${id}, which it was not given.`);
    return experiment;
  };
}
