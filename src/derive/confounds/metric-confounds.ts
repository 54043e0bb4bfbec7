import { configDifferences } from "../runs/config-differences.js";
import type { Confound } from "./confound.js";
import { degradationByRank, type AcceptanceRule } from "../degradation/degradation.js";
import { ranksOf, runsAt, type ComparisonRoles, type Run } from "../runs/comparison-roles.js";
import { defaultScaling, type RunSettings } from "../runs/run-settings.js";

/** What makes the comparison of metrics unfair, beside differences in training. */
export function metricConfounds(
  runs: readonly Run[],
  roles: ComparisonRoles | undefined,
  settings: ReadonlyMap<string, RunSettings>,
  rule: AcceptanceRule,
): Confound[] {
  if (roles === undefined) return [];
  return [
    ...singleSeed(runs, roles),
    ...mixedConfigurations(runs, roles, settings),
    ...stepScale(runs, roles, settings),
    ...lossesDisagree(runs, roles, rule),
  ];
}

function singleSeed(runs: readonly Run[], roles: ComparisonRoles): Confound[] {
  const single = ranksOf(runs).filter((rank) => {
    const counts = [roles.baseline, roles.candidate].map((side) => runsAt(runs, side, rank).length);
    return counts.every((count) => count > 0) && counts.some((count) => count < 2);
  });
  if (single.length === 0) return [];
  const message = "One run a side: no interval can be given, and the difference between seeds is not known.";
  return [{ kind: "SINGLE_SEED", severity: "MEDIUM", message, ranks: single }];
}

/** Settings that tell runs of one configuration apart; a seed and what follows from it do not. */
const OF_A_RUN = ["seed", "checkpointStep", "method"];

function mixedConfigurations(
  runs: readonly Run[],
  roles: ComparisonRoles,
  settings: ReadonlyMap<string, RunSettings>,
): Confound[] {
  const found = ranksOf(runs).flatMap((rank) => {
    const fields = [roles.baseline, roles.candidate].flatMap((side) => {
      const [first, ...others] = runsAt(runs, side, rank).flatMap(({ id }) => settings.get(id) ?? []);
      return first === undefined ? [] : others.flatMap((other) => configDifferences(first, other));
    });
    // What only one run tells is no difference.
    const differing = fields.filter(({ baseline, candidate }) => baseline !== null && candidate !== null);
    const names = [...new Set(differing.map(({ field }) => field))].filter((name) => !OF_A_RUN.includes(name));
    return names.length === 0 ? [] : [{ rank, names }];
  });
  if (found.length === 0) return [];
  const where = found.map(({ rank, names }) => `r = ${rank}: ${names.join(", ")}`).join("; ");
  return [
    {
      kind: "MIXED_CONFIGURATIONS",
      severity: "HIGH",
      message: `Runs that are taken for seeds of one configuration differ in more than their seed (${where}): choose the sides.`,
      ranks: found.map(({ rank }) => rank),
    },
  ];
}

/** alpha / r changes with r where alpha does not follow it; alpha / sqrt(r) is made to. */
function stepScale(
  runs: readonly Run[],
  roles: ComparisonRoles,
  settings: ReadonlyMap<string, RunSettings>,
): Confound[] {
  const scales = [roles.baseline, roles.candidate].map((side) => {
    const ofSide = runs.filter(({ id }) => side.runs.has(id));
    return ofSide.flatMap(({ id, rank }) => {
      const adapter = settings.get(id)?.adapter;
      return adapter == null || adapter.useRslora ? [] : [{ rank, scale: defaultScaling(adapter) }];
    });
  });
  const changing = scales.filter(
    (side) => new Set(side.map(({ rank }) => rank)).size > 1 && new Set(side.map(({ scale }) => scale)).size > 1,
  );
  const all = changing.flat().sort((left, right) => left.rank - right.rank);
  const [first, last] = [all.at(0), all.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [
    {
      kind: "RANK_AND_STEP_SCALE",
      severity: "MEDIUM",
      message:
        `alpha / r goes from ${first.scale} at r = ${first.rank} to ${last.scale} at r = ${last.rank}: a larger rank also ` +
        "took smaller steps, so that what rank does and what step size does cannot be told apart.",
      ranks: [...new Set(all.map(({ rank }) => rank))],
    },
  ];
}

/** Losses of opposite sign count as disagreeing where both are at least this much, percent. */
const OPPOSITE_PERCENT = 1;

/** Ranks at which training and evaluation loss lead to different answers. */
function lossesDisagree(runs: readonly Run[], roles: ComparisonRoles, rule: AcceptanceRule): Confound[] {
  const of = (metric: string) => degradationByRank(runs, { ...rule, metric, higherIsBetter: false }, roles);
  const evaluation = of("eval_loss");
  const found = of("training_loss").flatMap(({ rank, degradation: training }, i) => {
    const evaluated = evaluation[i]?.degradation;
    if (training.percent === null || evaluated == null || evaluated.percent === null) return [];
    const isOpposite =
      training.percent * evaluated.percent < 0 &&
      Math.min(Math.abs(training.percent), Math.abs(evaluated.percent)) >= OPPOSITE_PERCENT;
    if (training.acceptable === evaluated.acceptable && !isOpposite) return [];
    return [{ rank, said: `r = ${rank}: ${training.percent.toFixed(2)} % and ${evaluated.percent.toFixed(2)} %` }];
  });
  if (found.length === 0) return [];
  return [
    {
      kind: "LOSSES_DISAGREE",
      severity: "HIGH",
      message: `Training and evaluation loss lead to different answers (${found.map(({ said }) => said).join("; ")}).`,
      ranks: found.map(({ rank }) => rank),
    },
  ];
}
