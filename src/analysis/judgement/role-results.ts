import { eachInSteps, type Steps } from "../../derive/steps.js";
import type { ComparisonRoles, Run } from "../../derive/runs/comparison-roles.js";
import { noiseFloorSteps, type noiseFloorPairs } from "../../derive/similarity/noise-floor.js";
import type { Checkpoint, Experiment } from "../../store/studies/experiments.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { finalCheckpoint } from "../runs/run-checkpoint.js";
import { experimentFinder } from "../runs/study-runs.js";
import type { MeasuredStudy } from "./measured-study.js";

export type NoiseFloorPairs = ReturnType<typeof noiseFloorPairs>;

/** The pairs and the compared runs of each list of runs and its roles: aliases share them. */
const FLOORS = new WeakMap<readonly Run[], WeakMap<ComparisonRoles, NoiseFloorPairs>>();
const COMPARED = new WeakMap<readonly Run[], WeakMap<ComparisonRoles, readonly Run[]>>();

/** Returns the result of a study's runs and roles, which is derived once. */
async function ofRoles<Result>(
  derived: WeakMap<readonly Run[], WeakMap<ComparisonRoles, Result>>,
  { derivations }: AnalysisContext,
  { runs, roles }: { readonly runs: readonly Run[]; readonly roles: ComparisonRoles },
  derive: (runs: readonly Run[], roles: ComparisonRoles) => Steps<Result>,
): Promise<Result> {
  const ofRuns = derived.get(runs) ?? new WeakMap<ComparisonRoles, Result>();
  derived.set(runs, ofRuns);
  const result = ofRuns.get(roles) ?? (await derivations.inSteps(derive(runs, roles)));
  ofRuns.set(roles, result);
  return result;
}

/** Returns the pairs of saved adapters that measure the noise floor. */
export async function noiseFloorsOf(
  context: AnalysisContext,
  { experiments, runs, roles }: MeasuredStudy,
): Promise<NoiseFloorPairs> {
  if (roles === undefined) return [];
  const experimentOf = experimentFinder(experiments);
  return ofRoles(FLOORS, context, { runs, roles }, () =>
    noiseFloorSteps(runs, roles, (run) => checkpointsUpToFinal(experimentOf(run))),
  );
}

/** Returns the runs with weights that are baseline or candidate. */
export async function comparedRuns(
  context: AnalysisContext,
  { runs, roles }: Pick<MeasuredStudy, "runs" | "roles">,
): Promise<readonly Run[]> {
  return roles === undefined ? [] : ofRoles(COMPARED, context, { runs, roles }, comparedRunSteps);
}

function* comparedRunSteps(runs: readonly Run[], { baseline, candidate }: ComparisonRoles): Steps<readonly Run[]> {
  const compared: Run[] = [];
  yield* eachInSteps(runs, (run) => {
    if (run.hasWeights && (baseline.runs.has(run.id) || candidate.runs.has(run.id))) compared.push(run);
  });
  return compared;
}

/** Returns a run's checkpoints of earlier steps than its final one, by step, and the final one. */
function checkpointsUpToFinal(experiment: Experiment): Checkpoint[] {
  const final = finalCheckpoint(experiment);
  if (final === undefined) return [];
  const earlier = experiment.checkpoints.filter(
    ({ id, step }) => id !== final.id && step !== null && (final.step === null || step < final.step),
  );
  return [...earlier, final];
}
