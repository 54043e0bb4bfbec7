import type { Evaluation, EvaluationResult } from "./evaluation.js";

/** Labels of llama.cpp's statistics, with the names of the metrics and whether a higher value is better. */
const STATISTICS = [
  { label: /^Mean PPL\(Q\)$/, metric: "perplexity", higherIsBetter: false },
  { label: /^Mean PPL\(base\)$/, metric: "base_perplexity", higherIsBetter: null },
  { label: /^Mean ln\(PPL\(Q\)\/PPL\(base\)\)$/, metric: "log_perplexity_ratio", higherIsBetter: false },
  { label: /^Mean PPL\(Q\)\/PPL\(base\)$/, metric: "perplexity_ratio", higherIsBetter: false },
  { label: /^Mean PPL\(Q\)-PPL\(base\)$/, metric: "perplexity_difference", higherIsBetter: false },
  { label: /^Mean KLD$/, metric: "kl_divergence", higherIsBetter: false },
  { label: /^Maximum KLD$/, metric: "kl_divergence_maximum", higherIsBetter: false },
  { label: /^Median KLD$/, metric: "kl_divergence_median", higherIsBetter: false },
  { label: /^Minimum KLD$/, metric: "kl_divergence_minimum", higherIsBetter: false },
  { label: /^(\d{1,2}\.\d)% KLD$/, metric: "kl_divergence_percentile", higherIsBetter: false },
  { label: /^Mean Δp$/, metric: "probability_change_percent", higherIsBetter: null },
  { label: /^Maximum Δp$/, metric: "probability_change_maximum_percent", higherIsBetter: null },
  { label: /^Median Δp$/, metric: "probability_change_median_percent", higherIsBetter: null },
  { label: /^Minimum Δp$/, metric: "probability_change_minimum_percent", higherIsBetter: null },
  { label: /^(\d{1,2}\.\d)% Δp$/, metric: "probability_change_percent_percentile", higherIsBetter: null },
  { label: /^RMS Δp$/, metric: "probability_change_rms_percent", higherIsBetter: false },
  { label: /^Same top p$/, metric: "same_top_token_percent", higherIsBetter: true },
] as const;

/** A longer line is not one of the statistics. */
const MAX_LINE_CHARACTERS = 200;
/** Longest line of the log that may name a model's file: a path has at most 4,096 characters. */
const MAX_PATH_LINE_CHARACTERS = 5000;

/**
 * Reads the statistics that llama.cpp's `perplexity --kl-divergence` prints: a quantized model compared with its base model on a
 * text. Only the second half of each context is scored there. Returns null if the text has no mean divergence.
 *
 * Lines have the form `Mean    KLD:   0.012 ±   0.001`, in newer versions with other spaces and `+/-`. The log around them names
 * the files of the model and of an adapter.
 */
export function parseKlDivergence(text: string): Evaluation | null {
  const results = new Map<string, EvaluationResult>();
  let model: string | null = null;
  let adapter: string | null = null;
  for (const line of text.split("\n")) {
    const result = line.length > MAX_LINE_CHARACTERS ? undefined : resultOf(line);
    if (result !== undefined) results.set(result.metric, result);
    if (line.length > MAX_PATH_LINE_CHARACTERS) continue;
    model = between(line, "loaded meta data with ", " tensors from ", " (version ") ?? model;
    adapter = between(line, "loading lora adapter from", " '", "'") ?? adapter;
  }
  if (!results.has("kl_divergence")) return null;
  return { tool: "llama.cpp", model, adapter, modelArguments: new Map(), results: [...results.values()] };
}

/** Returns the text between `before` and `after` in a line that contains `sign`. */
function between(line: string, sign: string, before: string, after: string): string | undefined {
  const at = line.indexOf(sign);
  const start = at === -1 ? -1 : line.indexOf(before, at);
  const end = start === -1 ? -1 : line.indexOf(after, start + before.length);
  return end === -1 ? undefined : line.slice(start + before.length, end);
}

function resultOf(line: string): EvaluationResult | undefined {
  const colon = line.lastIndexOf(":");
  const label = line.slice(0, colon).trim().replace(/\s+/g, " ");
  const statistic = STATISTICS.find((candidate) => candidate.label.test(label));
  const [, value, error] =
    /^\s*(-?\d+(?:\.\d+)?)\s*%?\s*(?:(?:±|\+\/-)\s*(\d+(?:\.\d+)?)\s*%?)?\s*$/.exec(line.slice(colon + 1)) ?? [];
  if (statistic === undefined || value === undefined) return undefined;
  const percentile = statistic.label.exec(label)?.[1];
  return {
    task: "kl",
    metric: percentile === undefined ? statistic.metric : `${statistic.metric}_${percentile}`,
    filter: null,
    value: Number(value),
    standardError: error === undefined ? null : Number(error),
    sampleCount: null,
    shots: null,
    taskVersion: null,
    higherIsBetter: statistic.higherIsBetter,
    subtasks: [],
  };
}
