import type { ComparisonRoles, Configuration } from "../../derive/runs/comparison-roles.js";
import type { Experiment } from "../../store/experiments.js";
import type { RolesType } from "./rank-type.js";

/** Roles as the schema has them; null where there are none. */
export function shownRoles(roles: ComparisonRoles | undefined, experiments: readonly Experiment[]): RolesType | null {
  if (roles === undefined) return null;
  const of = ({ runs }: Configuration) => experiments.filter(({ id }) => runs.has(id));
  const { baseline, candidate, because } = roles;
  return {
    ...{ baseline: baseline.name, candidate: candidate.name, because },
    baselineExperiments: of(baseline),
    candidateExperiments: of(candidate),
  };
}
