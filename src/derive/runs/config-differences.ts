import { defaultScaling, type RunSettings } from "./run-settings.js";

/** One setting that two runs do not share; null is not known. */
export interface ConfigDifference {
  readonly field: string;
  readonly baseline: string | null;
  readonly candidate: string | null;
}

/** The settings in which two runs differ, one known on a single side among them. */
export function configDifferences(baseline: RunSettings, candidate: RunSettings): ConfigDifference[] {
  const [left, right] = [fields(baseline), fields(candidate)];
  return Object.keys(left)
    .map((field) => ({ field, baseline: left[field] ?? null, candidate: right[field] ?? null }))
    .filter((difference) => difference.baseline !== difference.candidate);
}

/** Each setting as a text: equal texts are equal settings. */
function fields({ adapter, quantization, ...run }: RunSettings): Record<string, string | null> {
  return {
    method: run.method,
    quantization: quantization.label,
    quantizationBits: text(quantization.bits),
    quantizationScheme: quantization.scheme,
    rank: text(run.rank),
    alpha: text(adapter?.loraAlpha),
    scaling: text(adapter && defaultScaling(adapter)),
    rsLora: text(adapter?.useRslora),
    dora: text(adapter?.useDora),
    fanInFanOut: text(adapter?.fanInFanOut),
    dropout: text(adapter?.loraDropout),
    bias: text(adapter?.bias),
    targetModules: adapter && [...adapter.targetModules].sort().join(", "),
    rankPattern: adapter && pattern(adapter.rankPattern),
    alphaPattern: adapter && pattern(adapter.alphaPattern),
    taskType: text(adapter?.taskType),
    baseModel: run.baseModel,
    revision: text(adapter?.revision),
    steps: text(run.steps),
    numSamples: text(run.numSamples),
    peakLearningRate: text(run.peakLearningRate),
    seed: text(run.seed),
    checkpointStep: text(run.checkpointStep),
  };
}

function text(value: string | number | boolean | null | undefined): string | null {
  return value == null ? null : String(value);
}

/** In their order, which counts: the first that matches a module is taken. */
function pattern(entries: Readonly<Record<string, number>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ");
}
