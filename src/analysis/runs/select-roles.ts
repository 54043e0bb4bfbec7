import { resolveRoles, type RolesRequest, type RunSelection } from "../../derive/runs/resolve-roles.js";
import type { ComparisonRoles, Run } from "../../derive/runs/comparison-roles.js";
import { failure } from "../../errors.js";

/**
 * The roles as asked for, inferred where they are not; undefined where nothing was asked and nothing can be inferred.
 *
 * @throws ARGUMENT_INVALID where a side that was asked for has no run, or both have one in common
 */
export function rolesOf(runs: readonly Run[], { baseline, candidate }: RolesRequest): ComparisonRoles | undefined {
  const roles = resolveRoles(runs, { baseline, candidate });
  const asked = [said("baseline", baseline), said("candidate", candidate)].filter((text) => text !== undefined);
  if (roles !== undefined || asked.length === 0) return roles;
  const labels = [...new Set(runs.map(({ quantization, method }) => `${quantization.label} ${method}`))];
  throw failure("ARGUMENT_INVALID", {
    where: "baseline and candidate",
    received: asked.join(", "),
    allowed: `two sides with runs of this study and none in common; it has ${labels.sort().join(", ") || "no run"}`,
  });
}

function said(side: string, selection: RunSelection | null | undefined): string | undefined {
  if (selection == null) return undefined;
  const given = Object.entries(selection).filter(([, value]) => value != null);
  return given.length === 0 ? undefined : `${side} ${JSON.stringify(Object.fromEntries(given))}`;
}
