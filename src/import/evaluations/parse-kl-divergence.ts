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
  { label: /^(\d{1,2}\.\d)% KLD$/, metric: "kl_divergence_percentile", higherIsBetter: false },
  { label: /^Mean Δp$/, metric: "probability_change_percent", higherIsBetter: null },
  { label: /^RMS Δp$/, metric: "probability_change_rms_percent", higherIsBetter: false },
  { label: /^Same top p$/, metric: "same_top_token_percent", higherIsBetter: true },
] as const;

/** A longer line is not one of the statistics. */
const MAX_LINE_CHARACTERS = 200;

/**
 * Reads the statistics that llama.cpp's `perplexity --kl-divergence` prints: a quantized model compared with its base model on a
 * text. Only the second half of each context is scored there. Returns null if the text has no mean divergence.
 *
 * Lines have the form `Mean    KLD:   0.012 ±   0.001`, in newer versions with other spaces and `+/-`.
 */
export function parseKlDivergence(text: string): Evaluation | null {
  const results = new Map<string, EvaluationResult>();
  for (const line of text.split("\n")) {
    const result = line.length > MAX_LINE_CHARACTERS ? undefined : resultOf(line);
    if (result !== undefined) results.set(result.metric, result);
  }
  if (!results.has("kl_divergence")) return null;
  return { tool: "llama.cpp", model: null, adapter: null, modelArguments: new Map(), results: [...results.values()] };
}

function resultOf(line: string): EvaluationResult | undefined {
  const colon = line.lastIndexOf(":");
  const label = line.slice(0, colon).trim().replace(/\s+/g, " ");
  const statistic = STATISTICS.find((candidate) => candidate.label.test(label));
  const [, value, error] =
    /^\s*(-?\d[\d.]*)\s*%?\s*(?:(?:±|\+\/-)\s*(\d[\d.]*)\s*%?)?\s*$/.exec(line.slice(colon + 1)) ?? [];
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
  };
}
