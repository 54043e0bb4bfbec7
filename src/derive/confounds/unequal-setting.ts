import type { Severity } from "../../model/enums/diagnosis.js";
import type { RunSettings } from "../runs/run-settings.js";
import type { ConfoundRule } from "./confound-rule.js";

/** A setting that two comparable runs have in common. */
interface EqualSetting<Kind extends string> {
  readonly kind: Kind;
  readonly description: string;
  readonly severity: Severity;
  /** Start of the message, naming the setting: `The ranks differ`. */
  readonly difference: string;
  /** Returns the setting of a run. Null or undefined is unknown. */
  valueOf(settings: RunSettings): string | number | null | undefined;
}

/** Returns the rule that reports two runs whose settings differ. A setting that is unknown for one of them is ignored. */
export function unequalSetting<Kind extends string>(setting: EqualSetting<Kind>) {
  const { kind, description, severity, difference } = setting;
  return {
    kind,
    description,
    affects: ["WEIGHTS", "METRICS"],
    betweenRuns(baselineSettings: RunSettings, candidateSettings: RunSettings) {
      const baseline = setting.valueOf(baselineSettings);
      const candidate = setting.valueOf(candidateSettings);
      if (baseline == null || candidate == null || baseline === candidate) return undefined;
      return { severity, message: `${difference}: ${baseline} and ${candidate}.` };
    },
  } as const satisfies ConfoundRule;
}
