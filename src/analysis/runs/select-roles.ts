import type { ComparisonRoles, Run } from "../../derive/runs/comparison-roles.js";
import { resolveRoles, type RolesRequest, type RunSelection } from "../../derive/runs/resolve-roles.js";
import { failure } from "../../errors.js";

/**
 * Returns the requested comparison roles; roles that are not requested are inferred. Undefined where none is requested and
 * none can be inferred.
 *
 * @throws ARGUMENT_INVALID where a requested role has no run, or both have one in common
 */
export function selectRoles(runs: readonly Run[], { baseline, candidate }: RolesRequest): ComparisonRoles | undefined {
  const roles = resolveRoles(runs, { baseline, candidate });
  const requested = [selectionText("baseline", baseline), selectionText("candidate", candidate)].filter(
    (text) => text !== undefined,
  );
  if (roles !== undefined || requested.length === 0) return roles;
  const labels = [...new Set(runs.map(({ quantization, method }) => `${quantization.label} ${method}`))];
  throw failure("ARGUMENT_INVALID", {
    where: "baseline and candidate",
    received: requested.join(", "),
    allowed: `two sides with runs of this study and none in common; it has ${labels.sort().join(", ") || "no run"}`,
  });
}

/** Describes a requested selection; undefined where it selects nothing. */
function selectionText(role: string, selection: RunSelection | null | undefined): string | undefined {
  if (selection == null) return undefined;
  const given = Object.entries(selection).filter(([, value]) => value != null);
  return given.length === 0 ? undefined : `${role} ${JSON.stringify(Object.fromEntries(given))}`;
}
