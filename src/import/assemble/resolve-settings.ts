import type { SettingCandidate } from "../../model/records.js";
import type { SettingRecord, SettingValue } from "../../model/settings.js";
import type { Findings } from "../findings.js";
import { trustRank } from "../settings/setting-sources.js";
import { storableText } from "../storable-text.js";
import { morePrecise } from "./more-precise.js";
import type { SourcedSetting } from "./sourced-evidence.js";

/** Settings that tools write differently without a contradiction: labels, paths, and names of a model or method. */
const NOT_COMPARED = new Set([
  "quantization_label",
  "scheme",
  "compute_dtype",
  "base_model",
  "initial_adapter",
  "method",
  "output_dir",
  "run_name",
  "dataset",
  "evaluation_dataset",
  "optimizer",
  "scheduler",
  "target_modules",
  "tool",
  "hardware",
]);

/**
 * Returns one value per setting: that of the most trusted source, in the order of their names. Assumed values come after all
 * others. Two sources that contradict each other beyond rounding become a finding.
 *
 * @param name name of the run, for messages
 */
export function resolveSettings(
  name: string,
  candidates: readonly SourcedSetting[],
  findings: Findings,
): Map<string, SourcedSetting> {
  const resolved = new Map<string, SourcedSetting>();
  for (const candidate of inOrderOfTrust(candidates)) {
    const kept = resolved.get(candidate.field);
    if (kept === undefined) {
      resolved.set(candidate.field, candidate);
    } else if (candidate.certainty !== "ASSUMED" && contradict(kept, candidate)) {
      findings.add("warning", "SETTINGS_CONTRADICT", name, describeContradiction(kept, candidate));
    }
  }
  return new Map([...resolved].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Returns all values of a run's settings by name, for each the one that is kept first, then the others by falling trust. */
export function rankSettings(candidates: readonly SourcedSetting[]): SettingCandidate[] {
  const kept = new Set<string>();
  const ranked = inOrderOfTrust(candidates).map((candidate) => {
    const isKept = !kept.has(candidate.field);
    kept.add(candidate.field);
    return { ...settingRecord(candidate), source: candidate.source, isKept };
  });
  return ranked.sort((left, right) => (left.field < right.field ? -1 : Number(left.field > right.field)));
}

/** Returns what is stored of a setting. */
export function settingRecord({ field, value, file, key, certainty }: SourcedSetting): SettingRecord {
  return { field: storableText(field), value: storableValue(value), file, key: storableText(key), certainty };
}

function storableValue(value: SettingValue): SettingValue {
  if (typeof value === "string") return storableText(value);
  if (typeof value === "number" || typeof value === "boolean") return value;
  return value.map((member) => (typeof member === "string" ? storableText(member) : member));
}

/** Sorts the most trusted setting first. Settings of equally trusted sources keep the order of their files. */
export function inOrderOfTrust(candidates: readonly SourcedSetting[]): SourcedSetting[] {
  const rank = ({ certainty, source }: SourcedSetting): number =>
    (certainty === "ASSUMED" ? 1000 : 0) + trustRank(source);
  return [...candidates].sort((left, right) => rank(left) - rank(right));
}

function contradict(kept: SourcedSetting, other: SourcedSetting): boolean {
  if (NOT_COMPARED.has(kept.field)) return false;
  return !areEqual(kept.value, other.value);
}

function areEqual(one: SettingValue, other: SettingValue): boolean {
  if (typeof one === "number" && typeof other === "number") return morePrecise(one, other) !== undefined;
  return JSON.stringify(one).toLowerCase() === JSON.stringify(other).toLowerCase();
}

function describeContradiction(kept: SourcedSetting, other: SourcedSetting): string {
  return (
    `${kept.field} is ${JSON.stringify(kept.value)} in ${describeSource(kept)} and ` +
    `${JSON.stringify(other.value)} in ${describeSource(other)}. ${JSON.stringify(kept.value)} was kept.`
  );
}

function describeSource({ file, key, source }: SourcedSetting): string {
  if (source === "runName") return `the run's name (${key})`;
  if (source === "baseModelName") return `the base model's name (${key})`;
  return file === "" ? key : `${file} (${key})`;
}
