import { fixed, significant } from "../terminal/cells.js";
import type { Screen } from "../terminal/screen.js";
import { rangeOf, sparkline } from "../terminal/sparkline.js";
import { number, table, text } from "../terminal/table.js";
import type { ComparedCurve, ComparedPair, ComparedRun, RunComparison } from "./compare-runs.js";

/** Formats runs side by side: their metrics, their curves, then the first run against each of the others. */
export function runsText({ runs, pairs }: RunComparison, screen: Screen): string[] {
  const names = runs.map(({ study, name }) => `${study.slug}/${name}`);
  return [
    ...metrics(runs, names, screen),
    ...curvesText(
      "Training loss",
      runs.map(({ loss }) => loss),
      names,
      screen,
    ),
    ...curvesText(
      "Evaluation loss",
      runs.map(({ evalLoss }) => evalLoss),
      names,
      screen,
    ),
    ...pairs.flatMap((pair, i) => pairText(pair, `${names[i + 1] ?? ""} against ${names[0] ?? ""}`, screen)),
  ];
}

const title = (words: string) => ["", words, "=".repeat(words.length)];

function metrics(runs: readonly ComparedRun[], names: readonly string[], screen: Screen): string[] {
  const all = [...new Set(runs.flatMap(({ metrics }) => metrics.map(({ name }) => name)))].sort();
  const rows = [
    ["method", ...runs.map(({ method }) => method)],
    ["quantization", ...runs.map(({ quantization }) => quantization.label)],
    ["rank", ...runs.map(({ rank }) => (rank === null ? "none" : String(rank.r)))],
    ["seed", ...runs.map(({ seed }) => (seed === null ? "-" : String(seed)))],
    ...all.map((name) => [
      name,
      ...runs.map((run) => significant(run.metrics.find((metric) => metric.name === name)?.value)),
    ]),
  ];
  return ["Runs", "====", ...table([text("metric"), ...names.map(number)], rows, screen)];
}

function curvesText(
  heading: string,
  curves: readonly (ComparedCurve | null)[],
  names: readonly string[],
  screen: Screen,
): string[] {
  const range = rangeOf(curves.map((curve) => curve?.values ?? []));
  if (range === undefined) return [];
  const rows = curves.map((curve, i) => {
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
    ...title(heading),
    ...table([text("run"), number("curve"), number("first"), number("last"), number("points")], rows, screen),
    `All curves share one scale, ${significant(range.min)} to ${significant(range.max)}; a blank is NaN or infinite.`,
  ];
}

function pairText(pair: ComparedPair, heading: string, screen: Screen): string[] {
  const rows = pair.metricDeltas.map(({ metric, baseline, candidate, absolute, percent, reason }) => [
    metric,
    significant(baseline),
    significant(candidate),
    significant(absolute),
    fixed(percent, 4),
    reason ?? "",
  ]);
  const columns = [text("metric"), ...["baseline", "candidate", "difference", "percent"].map(number), text("")];
  return [
    ...title(heading),
    ...table(columns, rows, screen),
    "A comparison of two runs has no interval. Studies with several seeds have one: rankscope compare SLUG",
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
  const start =
    summary.sharedStart === false
      ? "; the runs started from DIFFERENT A, so this cosine says little about quantization"
      : "";
  return [
    `Similarity of the updates: mean cosine ${mean.toFixed(4)} (${fixed(min, 4)} to ${fixed(max, 4)}) over ${summary.comparedLayers} of ${layersTotal} layers; cos(A) ${fixed(summary.initialCosine, 2)}${start}.`,
    ...without.map((words) => `Not compared: ${words}.`),
  ];
}
