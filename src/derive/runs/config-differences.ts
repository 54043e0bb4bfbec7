import { defaultScaling, type RunSettings } from "./run-settings.js";

/** A setting in which two runs differ. Null is unknown. */
export interface ConfigDifference {
  readonly field: string;
  readonly baseline: string | null;
  readonly candidate: string | null;
}

/** Returns the settings in which two runs differ, including those that are known for one run only. */
export function configDifferences(baseline: RunSettings, candidate: RunSettings): ConfigDifference[] {
  const ofBaseline = settingTexts(baseline);
  const ofCandidate = settingTexts(candidate);
  return Object.keys(ofBaseline)
    .map((field) => ({ field, baseline: ofBaseline[field] ?? null, candidate: ofCandidate[field] ?? null }))
    .filter((difference) => difference.baseline !== difference.candidate);
}

/** Returns a text that is equal for runs whose settings are equal except in `ignored` fields. */
export function settingsKey(settings: RunSettings, ignored: readonly string[]): string {
  return JSON.stringify(Object.entries(settingTexts(settings)).filter(([field]) => !ignored.includes(field)));
}

/** Returns the settings outside of `ignored` of which runs have several known values. */
export function differingSettings(runs: Iterable<RunSettings>, ignored: readonly string[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const run of runs) {
    for (const [field, text] of Object.entries(settingTexts(run))) {
      if (text !== null && !ignored.includes(field)) values.set(field, (values.get(field) ?? new Set()).add(text));
    }
  }
  return [...values].filter(([, texts]) => texts.size > 1).map(([field]) => field);
}

/** Returns each setting as a text. Equal settings have equal texts. */
function settingTexts({ adapter, quantization, ...run }: RunSettings): Record<string, string | null> {
  return {
    method: run.method,
    quantization: quantization.label,
    quantizationBits: textOf(quantization.bits),
    quantizationScheme: quantization.scheme,
    rank: textOf(run.rank),
    alpha: textOf(adapter?.loraAlpha),
    scaling: textOf(adapter && defaultScaling(adapter)),
    rsLora: textOf(adapter?.useRslora),
    dora: textOf(adapter?.useDora),
    fanInFanOut: textOf(adapter?.fanInFanOut),
    dropout: textOf(adapter?.loraDropout),
    bias: textOf(adapter?.bias),
    targetModules: adapter && [...adapter.targetModules].sort().join(", "),
    rankPattern: adapter && patternText(adapter.rankPattern),
    alphaPattern: adapter && patternText(adapter.alphaPattern),
    taskType: textOf(adapter?.taskType),
    baseModel: run.baseModel,
    revision: textOf(adapter?.revision),
    task: textOf(run.data?.["task"]),
    dataset: textOf(run.data?.["dataset"]),
    steps: textOf(run.steps),
    numSamples: textOf(run.numSamples),
    peakLearningRate: textOf(run.peakLearningRate),
    seed: textOf(run.seed),
    checkpointStep: textOf(run.checkpointStep),
  };
}

function textOf(value: string | number | boolean | null | undefined): string | null {
  return value == null ? null : String(value);
}

/** Returns the entries in their order, which matters: PEFT uses the first pattern that matches a module. */
function patternText(entries: Readonly<Record<string, number>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ");
}
