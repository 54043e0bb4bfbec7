import type { Configuration } from "../runs/comparison-roles.js";
import { defaultScaling } from "../runs/run-settings.js";
import { eachInSteps, type Steps } from "../steps.js";
import type { StudyEvidence } from "../study-evidence.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const rankAndStepScale = {
  kind: "RANK_AND_STEP_SCALE",
  description: "alpha / r changes over the sweep, so rank and step size change together.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

interface RankScaling {
  readonly rank: number;
  /** alpha / r */
  readonly scaling: number;
}

/** alpha / r changes with the rank unless alpha follows it. alpha / sqrt(r) of rsLoRA changes by design. */
function* inStudy(study: StudyEvidence): Steps<StudyFinding | undefined> {
  const { roles } = study;
  if (roles === undefined) return undefined;
  const changing = [yield* scalingsOf(study, roles.baseline), yield* scalingsOf(study, roles.candidate)]
    .filter(isChanging)
    .flat()
    .sort((left, right) => left.rank - right.rank);
  const first = changing.at(0);
  const last = changing.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    severity: "MEDIUM",
    message:
      `alpha / r changes from ${first.scaling} at r = ${first.rank} to ${last.scaling} at r = ${last.rank}. ` +
      `A larger rank also took ${directionOf(changing)} steps, so the effects of rank and step size cannot be separated.`,
    ranks: [...new Set(changing.map(({ rank }) => rank))],
  };
}

function* scalingsOf({ runs, settings }: StudyEvidence, configuration: Configuration): Steps<RankScaling[]> {
  const scalings: RankScaling[] = [];
  yield* eachInSteps(runs, ({ id, rank }) => {
    if (!configuration.runs.has(id)) return;
    const adapter = settings.get(id)?.adapter;
    if (adapter != null && !adapter.useRslora) scalings.push({ rank, scaling: defaultScaling(adapter) });
  });
  return scalings;
}

/** Returns how the step size changes with the rank. */
function directionOf(byRank: readonly RankScaling[]): "larger" | "smaller" | "other" {
  const steps = byRank.slice(1).map(({ scaling }, i) => Math.sign(scaling - (byRank[i]?.scaling ?? scaling)));
  if (steps.every((step) => step >= 0)) return "larger";
  return steps.every((step) => step <= 0) ? "smaller" : "other";
}

function isChanging(scalings: readonly RankScaling[]): boolean {
  const ranks = new Set(scalings.map(({ rank }) => rank));
  const values = new Set(scalings.map(({ scaling }) => scaling));
  return ranks.size > 1 && values.size > 1;
}
