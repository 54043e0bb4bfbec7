import { eachInSteps, runSteps, type Steps } from "../steps.js";
import { conditionText, type SettingCondition } from "../../model/setting-condition.js";
import {
  methodVariant,
  PLAIN_METHODS,
  type ComparisonRoles,
  type Configuration,
  type Run,
} from "./comparison-roles.js";

/** Selects the runs that match every given field. */
export interface RunSelection {
  readonly quantization?: string | null | undefined;
  readonly method?: string | null | undefined;
  /** Ids. */
  readonly experiments?: readonly string[] | null | undefined;
  readonly config?: readonly SettingCondition[] | null | undefined;
}

/** Returns whether a run meets a condition on its settings. */
type SettingTest = (run: Run, condition: SettingCondition) => boolean;

/** The requested baseline and candidate. A missing one is inferred. */
export interface RolesRequest {
  readonly baseline?: RunSelection | null | undefined;
  readonly candidate?: RunSelection | null | undefined;
}

/**
 * Returns the requested roles. A missing role is inferred from the runs that are not in the other one. Undefined if a role
 * has no run, or if a run is in both.
 *
 * @param meets decides the conditions on settings, which `runs` do not hold; needed only if the request has some
 */
export function resolveRoles(
  runs: readonly Run[],
  request: RolesRequest = {},
  meets: SettingTest = () => false,
): ComparisonRoles | undefined {
  return runSteps(resolveRoleSteps(runs, request, meets));
}

/** Resolves the roles in steps. */
export function* resolveRoleSteps(
  runs: readonly Run[],
  request: RolesRequest,
  meets: SettingTest,
): Steps<ComparisonRoles | undefined> {
  const baseline = yield* select(runs, request.baseline, meets);
  const candidate = yield* select(runs, request.candidate, meets);
  if (baseline !== undefined && candidate !== undefined) {
    return yield* checked({ baseline, candidate, because: "Both the baseline and the candidate were requested." });
  }
  if (baseline !== undefined) return yield* withInferredCandidate(runs, baseline);
  if (candidate !== undefined) return yield* withInferredBaseline(runs, candidate);
  return yield* inferRoleSteps(runs);
}

/**
 * Infers the roles. The baseline is the configuration with the most bits per base weight, the candidate the one with the
 * fewest; if either has several methods, plain LoRA is used. If all have equal bits, the baseline is LoRA and the candidate
 * the other method. Undefined if the study has no two such configurations.
 */
export function inferRoles(runs: readonly Run[]): ComparisonRoles | undefined {
  return runSteps(inferRoleSteps(runs));
}

function* inferRoleSteps(runs: readonly Run[]): Steps<ComparisonRoles | undefined> {
  const byBits = yield* distinctQuantizations(runs);
  const highest = byBits.at(0);
  const lowest = byBits.at(-1);
  if (highest === undefined || lowest === undefined || highest.bits === lowest.bits) return yield* rolesByMethod(runs);
  const baseline = yield* plainConfiguration(runs, highest.label);
  const candidate = yield* plainConfiguration(runs, lowest.label);
  const between = byBits.slice(1, -1).map(({ label }) => label);
  const leftOut = [...between, ...baseline.leftOut, ...candidate.leftOut];
  const because =
    `${highest.label} has the most bits per base weight (${highest.bits}) and ${lowest.label} the fewest ` +
    `(${lowest.bits}).`;
  return {
    baseline: baseline.configuration,
    candidate: candidate.configuration,
    because: leftOut.length === 0 ? because : `${because} Left out: ${leftOut.join(", ")}.`,
  };
}

function* withInferredCandidate(runs: readonly Run[], baseline: Configuration): Steps<ComparisonRoles | undefined> {
  const rest = yield* runsOutside(runs, baseline);
  const { lowest } = yield* extremeQuantizations(rest);
  if (lowest === undefined) return undefined;
  return yield* checked({
    baseline,
    candidate: (yield* plainConfiguration(rest, lowest.label)).configuration,
    because:
      "The baseline was requested. " +
      `Of the other runs, ${lowest.label} has the fewest bits per base weight (${lowest.bits}).`,
  });
}

function* withInferredBaseline(runs: readonly Run[], candidate: Configuration): Steps<ComparisonRoles | undefined> {
  const rest = yield* runsOutside(runs, candidate);
  const { highest } = yield* extremeQuantizations(rest);
  if (highest === undefined) return undefined;
  return yield* checked({
    baseline: (yield* plainConfiguration(rest, highest.label)).configuration,
    candidate,
    because:
      "The candidate was requested. " +
      `Of the other runs, ${highest.label} has the most bits per base weight (${highest.bits}).`,
  });
}

/** Returns the roles of a study with two methods and equal bits: plain LoRA is the baseline. */
function* rolesByMethod(runs: readonly Run[]): Steps<ComparisonRoles | undefined> {
  const otherMethods = (yield* knownMethods(runs)).filter((method) => !PLAIN_METHODS.includes(method));
  const baseline = yield* filterInSteps(runs, (run) => PLAIN_METHODS.includes(methodVariant(run)));
  const [other] = otherMethods;
  if (other === undefined || otherMethods.length > 1 || baseline.length === 0) return undefined;
  const name = baseline[0]?.method ?? "LORA";
  const candidate = yield* filterInSteps(runs, (run) => methodVariant(run) === other);
  return {
    baseline: yield* configurationOf(name, baseline),
    candidate: yield* configurationOf(other, candidate),
    because: `All runs have equal bits per base weight; ${other} is compared with ${name}.`,
  };
}

interface PlainConfiguration {
  readonly configuration: Configuration;
  /** Names of the configurations with other methods. */
  readonly leftOut: readonly string[];
}

/** Returns the runs with a quantization label. If they have several methods, only those of plain LoRA are included. */
function* plainConfiguration(runs: readonly Run[], label: string): Steps<PlainConfiguration> {
  const labelled = yield* filterInSteps(runs, ({ quantization }) => quantization.label === label);
  const methods = yield* knownMethods(labelled);
  const plainMethod = methods.length > 1 ? methods.find((method) => PLAIN_METHODS.includes(method)) : undefined;
  if (plainMethod === undefined) return { configuration: yield* configurationOf(label, labelled), leftOut: [] };
  const otherMethods = methods.filter((method) => method !== plainMethod);
  const plainRuns = yield* filterInSteps(labelled, (run) => !otherMethods.includes(methodVariant(run)));
  return {
    configuration: yield* configurationOf(label, plainRuns),
    leftOut: otherMethods.map((method) => `${label} ${method}`),
  };
}

function* knownMethods(runs: readonly Run[]): Steps<string[]> {
  const methods = new Set<string>();
  yield* eachInSteps(runs, (run) => methods.add(methodVariant(run)));
  return [...methods].filter((method) => method !== "UNKNOWN").sort();
}

/** Returns the selected runs. Undefined if the selection has no field. */
function* select(
  runs: readonly Run[],
  selection: RunSelection | null | undefined,
  meets: SettingTest,
): Steps<Configuration | undefined> {
  if (selection == null) return undefined;
  const { quantization, method, experiments } = selection;
  const config = selection.config ?? [];
  if (quantization == null && method == null && experiments == null && config.length === 0) return undefined;
  const ids = experiments == null ? undefined : new Set(experiments);
  const selected = yield* filterInSteps(
    runs,
    (run) =>
      (quantization == null || run.quantization.label === quantization) &&
      (method == null || run.method === method) &&
      (ids === undefined || ids.has(run.id)) &&
      config.every((condition) => meets(run, condition)),
  );
  const names = experiments == null ? [] : selected.map(({ name }) => name);
  const parts = [quantization, method, ...names, ...config.map(conditionText)].filter((part) => part != null);
  return yield* configurationOf(parts.join(" "), selected);
}

function* configurationOf(name: string, runs: readonly Run[]): Steps<Configuration> {
  const ids = new Set<string>();
  yield* eachInSteps(runs, ({ id }) => ids.add(id));
  return { name, runs: ids };
}

/** Returns undefined if a role is empty, or if the roles have a run in common. */
function* checked(roles: ComparisonRoles): Steps<ComparisonRoles | undefined> {
  const { baseline, candidate } = roles;
  if (baseline.runs.size === 0 || candidate.runs.size === 0) return undefined;
  let common = 0;
  yield* eachInSteps(baseline.runs, (id) => (common += candidate.runs.has(id) ? 1 : 0));
  return common > 0 ? undefined : roles;
}

function runsOutside(runs: readonly Run[], configuration: Configuration): Steps<Run[]> {
  return filterInSteps(runs, ({ id }) => !configuration.runs.has(id));
}

function* filterInSteps(runs: readonly Run[], isSelected: (run: Run) => boolean): Steps<Run[]> {
  const selected: Run[] = [];
  yield* eachInSteps(runs, (run) => {
    if (isSelected(run)) selected.push(run);
  });
  return selected;
}

interface QuantizationBits {
  readonly label: string;
  readonly bits: number;
}

/** Returns the distinct quantizations with known bits, the most bits first. */
function* distinctQuantizations(runs: readonly Run[]): Steps<QuantizationBits[]> {
  // Sorting the few distinct quantizations is quicker than sorting all runs.
  const distinct = new Map<string, QuantizationBits>();
  yield* eachInSteps(runs, ({ quantization: { label, bits } }) => {
    const key = `${bits} ${label}`;
    if (bits !== null && !distinct.has(key)) distinct.set(key, { label, bits });
  });
  const byBits = [...distinct.values()].sort(fewestBitsLast);
  return [...new Map(byBits.map((entry) => [entry.label, entry])).values()];
}

/** Returns the first quantization with the most bits, and the last one with the fewest; undefined if no bits are known. */
function* extremeQuantizations(
  runs: readonly Run[],
): Steps<{ readonly highest: QuantizationBits | undefined; readonly lowest: QuantizationBits | undefined }> {
  const found: { highest?: QuantizationBits; lowest?: QuantizationBits } = {};
  yield* eachInSteps(runs, ({ quantization: { label, bits } }) => {
    if (bits === null) return;
    if (bits > (found.highest?.bits ?? -Infinity)) found.highest = { label, bits };
    if (bits <= (found.lowest?.bits ?? Infinity)) found.lowest = { label, bits };
  });
  return { highest: found.highest, lowest: found.lowest };
}

function fewestBitsLast(left: QuantizationBits, right: QuantizationBits): number {
  return right.bits - left.bits;
}
