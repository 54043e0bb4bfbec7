import type { ComparisonRoles } from "../../derive/runs/comparison-roles.js";
import { resolveRoleSteps, type RolesRequest, type RunSelection } from "../../derive/runs/resolve-roles.js";
import { failure } from "../../errors.js";
import { conditionText, type SettingCondition } from "../../model/setting-condition.js";
import { BoundedMap } from "../../model/bounded-map.js";
import type { Experiment } from "../../store/studies/experiments.js";
import { stepsInTurns } from "../../store/in-turns.js";
import { conditionKey, type SettingLoader } from "./runs-with-setting.js";
import { runsOf } from "./study-runs.js";

/** Number of requests for roles whose result is kept with each list of experiments: a role has the ids of its runs. */
const KEPT_ROLES = 8;

/** The roles of each list of experiments by request: requests and their fields share them. */
const RESOLVED = new WeakMap<readonly Experiment[], Map<string, Promise<ComparisonRoles | undefined>>>();

/** Returns the requested comparison roles of a study's experiments; undefined where a requested role has no run. */
export function rolesOf(
  loaders: SettingLoader,
  experiments: readonly Experiment[],
  request: RolesRequest = {},
): Promise<ComparisonRoles | undefined> {
  const ofStudy = RESOLVED.get(experiments) ?? new BoundedMap<string, Promise<ComparisonRoles | undefined>>(KEPT_ROLES);
  RESOLVED.set(experiments, ofStudy);
  const key = rolesKey(request);
  const known = ofStudy.get(key);
  if (known !== undefined) return known;
  const resolved = resolveInTurn(loaders, experiments, request);
  ofStudy.set(key, resolved);
  // The request whose reads failed may be another one's.
  resolved.catch(() => {
    if (ofStudy.get(key) === resolved) ofStudy.delete(key);
  });
  return resolved;
}

async function resolveInTurn(
  loaders: SettingLoader,
  experiments: readonly Experiment[],
  { baseline, candidate }: RolesRequest,
): Promise<ComparisonRoles | undefined> {
  const runs = await runsOf(experiments);
  const conditions = [...(baseline?.config ?? []), ...(candidate?.config ?? [])];
  const studyId = experiments[0]?.studyId ?? "";
  const matching = new Map(
    await Promise.all(
      conditions.map(async (condition) => {
        const ids = await loaders.runsWithSetting.load({ studyId, condition });
        return [conditionKey(condition), ids] as const;
      }),
    ),
  );
  const meets = ({ id }: { readonly id: string }, condition: SettingCondition): boolean =>
    matching.get(conditionKey(condition))?.has(id) === true;
  return stepsInTurns(resolveRoleSteps(runs, { baseline, candidate }, meets));
}

/** Returns a text that is equal for requests of the same roles. */
export function rolesKey(request: RolesRequest | undefined): string {
  return JSON.stringify([selectionFields(request?.baseline), selectionFields(request?.candidate)]);
}

/** Returns the fields of a selection in a fixed order. */
function selectionFields(selection: RunSelection | null | undefined): readonly unknown[] {
  const { quantization, method, experiments, config } = selection ?? {};
  return [quantization ?? null, method ?? null, experiments ?? null, (config ?? []).map(conditionKey)];
}

/**
 * Returns the requested comparison roles; roles that are not requested are inferred. Undefined where none is requested and
 * none can be inferred.
 *
 * @throws ARGUMENT_INVALID where a requested role has no run, or both have one in common
 */
export async function selectRoles(
  loaders: SettingLoader,
  experiments: readonly Experiment[],
  { baseline, candidate }: RolesRequest,
): Promise<ComparisonRoles | undefined> {
  const roles = await rolesOf(loaders, experiments, { baseline, candidate });
  const requested = [selectionText("baseline", baseline), selectionText("candidate", candidate)].filter(
    (text) => text !== undefined,
  );
  if (roles !== undefined || requested.length === 0) return roles;
  const labels = [...new Set(experiments.map(({ quantizationLabel, method }) => `${quantizationLabel} ${method}`))];
  throw failure("ARGUMENT_INVALID", {
    where: "baseline and candidate",
    received: requested.join(", "),
    allowed: `a baseline and a candidate with runs of this study and none in common; it has ${labels.sort().join(", ") || "no run"}`,
  });
}

/** Describes a requested selection; undefined where it selects nothing. */
function selectionText(role: string, selection: RunSelection | null | undefined): string | undefined {
  if (selection == null) return undefined;
  const { config, ...properties } = selection;
  const given = Object.entries(properties).filter(([, value]) => value != null);
  const conditions = (config ?? []).map(conditionText);
  const texts = given.length === 0 ? conditions : [JSON.stringify(Object.fromEntries(given)), ...conditions];
  return texts.length === 0 ? undefined : `${role} ${texts.join(" and ")}`;
}
