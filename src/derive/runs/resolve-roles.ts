import type { ComparisonRoles, Run, Configuration } from "./comparison-roles.js";

/** Which runs a side is to have: those that fit all that is given. */
export interface RunSelection {
  readonly quantization?: string | null | undefined;
  readonly method?: string | null | undefined;
  readonly experiments?: readonly string[] | null | undefined;
}

/** The sides as they were asked for; what is not given is inferred. */
export interface RolesRequest {
  readonly baseline?: RunSelection | null | undefined;
  readonly candidate?: RunSelection | null | undefined;
}

/**
 * Infers the roles: the baseline is the configuration with the most bits per base weight, the candidate the one with the
 * least; of several methods in one of them, the plain one. Where all have the same bits, the baseline is LORA and the
 * candidate the other method. Undefined where the study has no two such configurations.
 */
export function inferRoles(runs: readonly Run[]): ComparisonRoles | undefined {
  const bitsByLabel = new Map<string, number>();
  for (const { quantization } of runs) {
    if (quantization.bits !== null) bitsByLabel.set(quantization.label, quantization.bits);
  }
  const byBits = [...bitsByLabel].sort(([, left], [, right]) => right - left);
  const most = byBits.at(0);
  const least = byBits.at(-1);
  if (most === undefined || least === undefined || most[1] === least[1]) return rolesByMethod(runs);
  const [baseline, candidate] = [plain(runs, most[0]), plain(runs, least[0])];
  const between = byBits.slice(1, -1).map(([label]) => label);
  const leftOut = [...between, ...baseline.leftOut, ...candidate.leftOut];
  return {
    baseline: baseline.side,
    candidate: candidate.side,
    because:
      `${most[0]} has the most bits per base weight (${most[1]}), ${least[0]} the fewest (${least[1]})` +
      (leftOut.length > 0 ? `; left out: ${leftOut.join(", ")}` : ""),
  };
}

/**
 * The roles as asked for; a side that is not given is inferred among the runs that the other leaves. Undefined where a side
 * has no run, or both have one in common.
 */
export function resolveRoles(runs: readonly Run[], asked: RolesRequest = {}): ComparisonRoles | undefined {
  const [baseline, candidate] = [given(runs, asked.baseline), given(runs, asked.candidate)];
  if (baseline === undefined && candidate === undefined) return inferRoles(runs);
  if (baseline !== undefined && candidate !== undefined) {
    return proper({ baseline, candidate, because: "both were given" });
  }
  const known = baseline ?? candidate;
  const rest = runs.filter(({ id }) => known?.runs.has(id) !== true);
  const other = baseline === undefined ? mostBits(rest) : fewestBits(rest);
  if (other === undefined) return undefined;
  const found = plain(rest, other.label).side;
  return baseline === undefined
    ? proper({
        baseline: found,
        candidate: known as Configuration,
        because: `the candidate was given; ${other.label} has the most bits per base weight of the rest (${other.bits})`,
      })
    : proper({
        baseline,
        candidate: found,
        because: `the baseline was given; ${other.label} has the fewest bits per base weight of the rest (${other.bits})`,
      });
}

/** Methods that are LoRA as it is, over a base of any precision. */
export const PLAIN_METHODS = ["LORA", "QLORA"];

/** The runs of one label; where they are of several methods, those of the plain one, and what that leaves out. */
function plain(runs: readonly Run[], label: string): { side: Configuration; leftOut: string[] } {
  const labelled = runs.filter(({ quantization }) => quantization.label === label);
  const methods = knownMethods(labelled);
  const chosen = methods.length > 1 ? methods.find((method) => PLAIN_METHODS.includes(method)) : undefined;
  if (chosen === undefined) return { side: sideOf(label, labelled), leftOut: [] };
  const others = methods.filter((method) => method !== chosen);
  return {
    side: sideOf(
      label,
      labelled.filter((run) => !others.includes(methodVariant(run))),
    ),
    leftOut: others.map((method) => `${label} ${method}`),
  };
}

/** Two methods over one base: LORA is the baseline of the other. */
function rolesByMethod(runs: readonly Run[]): ComparisonRoles | undefined {
  const others = knownMethods(runs).filter((method) => !PLAIN_METHODS.includes(method));
  const baseline = runs.filter((run) => PLAIN_METHODS.includes(methodVariant(run)));
  const [other] = others;
  if (other === undefined || others.length > 1 || baseline.length === 0) return undefined;
  const name = baseline[0]?.method ?? "LORA";
  return {
    baseline: sideOf(name, baseline),
    candidate: sideOf(
      other,
      runs.filter((run) => methodVariant(run) === other),
    ),
    because: `all runs have the same bits per base weight, and ${other} is compared with ${name}`,
  };
}

/** The method, told apart from its rank-stabilized form: `LORA rsLoRA`. */
export const methodVariant = ({ method, useRslora }: Run) => (useRslora === true ? `${method} rsLoRA` : method);

function knownMethods(runs: readonly Run[]): string[] {
  return [...new Set(runs.map(methodVariant))].filter((method) => method !== "UNKNOWN").sort();
}

function given(runs: readonly Run[], selection: RunSelection | null | undefined): Configuration | undefined {
  if (selection == null) return undefined;
  const { quantization, method, experiments } = selection;
  if (quantization == null && method == null && experiments == null) return undefined;
  const fitting = runs.filter(
    (run) =>
      (quantization == null || run.quantization.label === quantization) &&
      (method == null || run.method === method) &&
      (experiments == null || experiments.includes(run.id)),
  );
  const named = experiments == null ? [] : fitting.map(({ name }) => name);
  return sideOf([quantization, method, ...named].filter((part) => part != null).join(" "), fitting);
}

function sideOf(name: string, runs: readonly Run[]): Configuration {
  return { name, runs: new Set(runs.map(({ id }) => id)) };
}

/** Sides that are empty or share a run are no roles. */
function proper(roles: ComparisonRoles): ComparisonRoles | undefined {
  const { baseline, candidate } = roles;
  const shared = [...baseline.runs].some((id) => candidate.runs.has(id));
  return baseline.runs.size === 0 || candidate.runs.size === 0 || shared ? undefined : roles;
}

type KnownBits = { readonly label: string; readonly bits: number };

function byBits(runs: readonly Run[]): KnownBits[] {
  return runs
    .flatMap(({ quantization: { label, bits } }) => (bits === null ? [] : [{ label, bits }]))
    .sort((left, right) => right.bits - left.bits);
}
const mostBits = (runs: readonly Run[]) => byBits(runs).at(0);
const fewestBits = (runs: readonly Run[]) => byBits(runs).at(-1);
