import type { Severity } from "../../model/enums/verdict.js";
import { defaultScaling, type ComparedAdapterSettings, type RunSettings } from "../runs/run-settings.js";
import type { ConfoundRule } from "./confound-rule.js";

export const differentBaseModel = unequalSetting({
  kind: "DIFFERENT_BASE_MODEL",
  description: "The adapters name different base models, so they update different weights.",
  severity: "HIGH",
  difference: "The base models differ",
  valueOf: ({ baseModel }) => baseModel,
});

export const differentRevision = unequalSetting({
  kind: "DIFFERENT_REVISION",
  description: "The adapters name different revisions of the base model.",
  severity: "MEDIUM",
  difference: "The revisions of the base model differ",
  valueOf: ({ adapter }) => adapter?.revision,
});

export const differentTask = unequalSetting({
  kind: "DIFFERENT_TASK",
  description: "The stated tasks of the runs differ.",
  severity: "HIGH",
  difference: "The tasks differ",
  valueOf: ({ data }) => data?.["task"],
});

export const differentDataset = unequalSetting({
  kind: "DIFFERENT_DATASET",
  description: "The stated data sets of the runs differ.",
  severity: "HIGH",
  difference: "The data sets differ",
  valueOf: ({ data }) => data?.["dataset"],
});

export const unequalSteps = unequalSetting({
  kind: "UNEQUAL_STEPS",
  description: "The runs were trained for different numbers of optimizer steps.",
  severity: "HIGH",
  difference: "The runs were trained for different numbers of steps",
  valueOf: ({ steps }) => steps,
});

export const unequalSamples = unequalSetting({
  kind: "UNEQUAL_SAMPLES",
  description: "The runs were trained on different numbers of examples.",
  severity: "HIGH",
  difference: "The runs were trained on different numbers of examples",
  valueOf: ({ numSamples }) => numSamples,
});

export const unequalLearningRate = unequalSetting({
  kind: "UNEQUAL_LEARNING_RATE",
  description: "The maximum logged learning rates differ.",
  severity: "MEDIUM",
  difference: "The maximum logged learning rates differ",
  valueOf: ({ peakLearningRate }) => peakLearningRate,
});

export const unequalRanks = unequalSetting({
  kind: "UNEQUAL_RANKS",
  description: "The two runs were trained at different ranks.",
  severity: "MEDIUM",
  difference: "The ranks differ",
  valueOf: ({ rank }) => rank,
});

export const unequalScaling = unequalSetting({
  kind: "UNEQUAL_SCALING",
  description: "alpha / r (alpha / sqrt(r) with rsLoRA) or its patterns differ.",
  severity: "MEDIUM",
  difference: "The scalings differ, so the step sizes differ too",
  valueOf: ({ adapter }) => adapter && scalingText(adapter),
});

export const differentTargets = unequalSetting({
  kind: "DIFFERENT_TARGETS",
  description: "The adapters target different modules, so a layer was trained alongside different modules.",
  severity: "MEDIUM",
  difference: "The adapters target different modules",
  valueOf: ({ adapter }) => adapter && [...adapter.targetModules].sort().join(" "),
});

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
function unequalSetting<Kind extends string>(setting: EqualSetting<Kind>) {
  const { kind, description, severity, difference } = setting;
  return {
    kind,
    description,
    affects: ["WEIGHTS", "METRICS"],
    betweenRuns(baselineSettings: RunSettings, candidateSettings: RunSettings) {
      const baseline = setting.valueOf(baselineSettings);
      const candidate = setting.valueOf(candidateSettings);
      if (baseline == null || candidate == null || baseline === candidate) return undefined;
      return { severity, difference, values: `${baseline} and ${candidate}` };
    },
  } as const satisfies ConfoundRule;
}

/** Returns the scaling with the patterns that change it by module. */
function scalingText(adapter: ComparedAdapterSettings): string {
  return [
    String(defaultScaling(adapter)),
    ...patternTexts("rank", adapter.rankPattern),
    ...patternTexts("alpha", adapter.alphaPattern),
  ].join(" ");
}

/** @param pattern undefined in settings that were not stored by an import */
function patternTexts(name: string, pattern: Readonly<Record<string, number>> | undefined): string[] {
  if (pattern === undefined || Object.keys(pattern).length === 0) return [];
  return [`with the ${name} pattern ${JSON.stringify(pattern)}`];
}
