import type { Roles, Side } from "../../derive/roles.js";
import type { Experiment } from "../../store/experiments.js";
import type { RolesType } from "./rank-type.js";

/** Roles as the schema has them; null where there are none. */
export function shownRoles(roles: Roles | undefined, experiments: readonly Experiment[]): RolesType | null {
  if (roles === undefined) return null;
  const of = ({ runs }: Side) => experiments.filter(({ id }) => runs.has(id));
  const { baseline, candidate, because } = roles;
  return {
    ...{ baseline: baseline.name, candidate: candidate.name, because },
    baselineExperiments: of(baseline),
    candidateExperiments: of(candidate),
  };
}
