import type { MeasuredStudy } from "../../analysis/judgement/measured-study.js";
import { comparedConfigurations } from "../../derive/runs/configuration-means.js";
import type { Study } from "../../store/studies/studies.js";
import { printable, shortNames } from "../labels.js";

/** The study that a plot shows, and the configurations that it compares. */
export interface Subject {
  readonly name: string;
  readonly baseModel: string | null;
  /** Names of the configurations: baseline and candidate if the study has them, otherwise all. */
  readonly configurations: readonly string[];
  /** Whether the configurations are a baseline and a candidate, in this order. */
  readonly hasRoles: boolean;
}

/** Returns the subject of a study's plots. */
export function subjectOf({ name, baseModel }: Study, { runs, roles }: MeasuredStudy): Subject {
  const configurations = comparedConfigurations(runs, roles).map((configuration) => configuration.name);
  return { name, baseModel, configurations, hasRoles: roles !== undefined };
}

/** Returns the first line under a title: the study and its base model. */
export function subjectLine({ name, baseModel }: Subject): string {
  return printable(baseModel === null ? name : `${name}, ${baseModel}`);
}

/** Returns the names of the configurations in legends, in order: `16bit (baseline)`. */
export function legendNames({ configurations, hasRoles }: Subject): ReadonlyMap<string, string> {
  const short = shortNames(configurations);
  if (!hasRoles) return short;
  const roles = ["baseline", "candidate"];
  return new Map(configurations.map((name, i) => [name, `${short.get(name) ?? name} (${roles[i] ?? ""})`]));
}

/** Returns the compared configurations for a title: `16bit and 4bit`, or their number if there are more than three. */
export function configurationsText({ configurations }: Subject): string {
  const names = [...shortNames(configurations).values()];
  return names.length > 3 ? `${names.length} configurations` : names.join(" and ");
}
