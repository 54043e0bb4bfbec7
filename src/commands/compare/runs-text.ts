import type { Screen } from "../terminal/screen.js";
import { rangeOf, sparkline } from "../terminal/sparkline.js";
import { number, table, text } from "../terminal/table.js";
import type { ComparedPair, ComparedRun, Curve, RunComparison } from "./compare-runs.js";

/** Runs side by side as lines: their metrics, curves, and the first one against each other. */
export function runsText({ runs, pairs }: RunComparison, screen: Screen): string[] {
  const names = runs.map(({ study, name }) => `${study.slug}/${name}`);
  return [
    ...metrics(runs, names, screen),
    ...curves(
      "Training loss",
      runs.map(({ loss }) => loss),
      names,
      screen,
    ),
    ...curves(
      "Evaluation loss",
      runs.map(({ evalLoss }) => evalLoss),
      names,
      screen,
    ),
    ...pairs.flatMap((pair, i) => against(pair, `${names[i + 1] ?? ""} against ${names[0] ?? ""}`, screen)),
  ];
}

const title = (words: string) => ["", words, "=".repeat(words.length)];

/** Six significant digits: what tables of runs are told apart by. */
export const significant = (value: number | null | undefined) =>
  value == null ? "-" : String(Number(value.toPrecision(6)));

function metrics(runs: readonly ComparedRun[], names: readonly string[], screen: Screen): string[] {
  const all = [...new Set(runs.flatMap(({ metrics }) => metrics.map(({ name }) => name)))].sort();
  const rows = [
    ["method", ...runs.map(({ method }) => method)],
    ["quantization", ...runs.map(({ quantization }) => quantization.label)],
    ["rank", ...runs.map(({ rank }) => String(rank.r))],
    ["seed", ...runs.map(({ seed }) => (seed === null ? "-" : String(seed)))],
    ...all.map((name) => [
      name,
      ...runs.map((run) => significant(run.metrics.find((metric) => metric.name === name)?.value)),
    ]),
  ];
  return ["Runs", "====", ...table([text("metric"), ...names.map(number)], rows, screen)];
}

function curves(words: string, found: readonly (Curve | null)[], names: readonly string[], screen: Screen): string[] {
  const range = rangeOf(found.map((curve) => curve?.values ?? []));
  if (range === undefined) return [];
  const rows = found.map((curve, i) => {
    const logged = curve?.values.filter((value) => value !== null) ?? [];
    return [
      names[i] ?? "",
      curve === null ? "-" : sparkline(curve.values, screen, range),
      significant(logged[0]),
      significant(logged.at(-1)),
      curve === null ? "-" : `${curve.values.length}/${curve.totalPoints}`,
    ];
  });
  return [
    ...title(words),
    ...table([text("run"), number("curve"), number("first"), number("last"), number("points")], rows, screen),
    `All on one scale, ${significant(range.least)} to ${significant(range.greatest)}; blanks are NaN or infinite.`,
  ];
}

function against(pair: ComparedPair, words: string, screen: Screen): string[] {
  const rows = pair.metricDeltas.map(({ metric, baseline, candidate, absolute, percent, reason }) => [
    metric,
    significant(baseline),
    significant(candidate),
    significant(absolute),
    percent === null ? "-" : percent.toFixed(4),
    reason ?? "",
  ]);
  const columns = [text("metric"), ...["baseline", "candidate", "difference", "percent"].map(number), text("")];
  return [
    ...title(words),
    ...table(columns, rows, screen),
    "One run a side: no interval can be given. Studies with several seeds have one, see rankscope compare SLUG.",
    ...similarity(pair),
    ...pair.configDifferences.map(
      ({ field, baseline, candidate }) => `${field}: ${baseline ?? "not known"} against ${candidate ?? "not known"}`,
    ),
    ...pair.confounds.map(({ severity, message }) => `! ${severity}: ${message}`),
  ];
}

function similarity({ summary, layersTotal, layers }: ComparedPair): string[] {
  const { meanCosineSimilarity: mean, minCosineSimilarity: min, maxCosineSimilarity: max } = summary;
  const reasons = new Map<string, number>();
  for (const { undefinedReason: reason } of layers) {
    if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const without = [...reasons].map(([reason, count]) => `${count} of ${layersTotal} layers: ${reason}`);
  if (mean === null) return [`Similarity of the updates: not known (${without.join("; ") || "no layers"}).`];
  const start = summary.sharedStart === false ? "; the runs started from DIFFERENT A, so this says little" : "";
  return [
    `Similarity of the updates: mean cosine ${mean.toFixed(4)} (${min?.toFixed(4) ?? "-"} to ${max?.toFixed(4) ?? "-"}) over ${summary.comparedLayers} of ${layersTotal} layers; cos(A) ${summary.initialCosine?.toFixed(2) ?? "-"}${start}.`,
    ...without.map((words) => `Not compared: ${words}.`),
  ];
}
