import { countOf } from "../../model/count-of.js";
import { minimumRankText, recommendationText, verdictText } from "../../report/verdict-text.js";
import { fixed } from "../terminal/cells.js";
import type { Screen } from "../terminal/screen.js";
import { rangeOf, sparkline } from "../terminal/sparkline.js";
import { number, table, text } from "../terminal/table.js";
import type { Diagnosis, FailureMode, Hypothesis, RankDetail, RankTrend, Sensitivity } from "./report-documents.js";

/** Formats a report as lines for a terminal; an unknown value is a dash. */
export function reportText(study: Diagnosis, ranks: readonly RankDetail[], screen: Screen): string[] {
  return [
    `${study.name} (${study.slug})`,
    `base model ${study.baseModel ?? "unknown"}, ${countOf(study.experiments.totalCount, "experiment")}, ${countOf(study.ranks.length, "rank")}, ${countOf(study.layers.length, "layer")}`,
    ...section("Experiments", experiments(study, screen)),
    ...lossSections(study, screen),
    ...section("Memory and time", costTable(ranks, screen)),
    ...section("Similarity of the weight updates (B A, unscaled)", similarities(ranks, screen)),
    ...section("Layers", layers(ranks, screen)),
    ...section("Divergence of the updates by layer", sensitivity(study.sensitivityMap, screen)),
    ...section("Hypotheses", study.hypotheses.flatMap(hypothesis)),
    ...section(
      "Hypotheses by the notebook's rules",
      study.notebook.map(({ id, verdict, because }) => `${id} ${verdict}: ${because}`),
    ),
    ...(study.evaluatedFrontier.length === 0
      ? []
      : section("Memory against evaluation loss", pareto("eval loss", study.evaluatedFrontier, screen))),
    ...section("Memory against training loss", pareto("train loss", study.paretoFrontier, screen)),
    ...section("Trends over the rank", trends(study.rankTrends)),
    ...section("Failure modes", study.failureModes.flatMap(failureMode)),
    ...section("Recommendation", [recommendationText(study.recommendation)]),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return ["", title, "=".repeat(title.length), ...(lines.length > 0 ? lines : ["none"])];
}

function experiments({ experiments: { nodes, totalCount } }: Diagnosis, screen: Screen): string[] {
  const range = rangeOf(nodes.map(({ loss }) => loss?.values ?? []));
  const rows = nodes.map((run) => [
    run.name,
    run.method,
    fixed(run.trainingLoss, 4),
    fixed(run.evalLoss, 4),
    fixed(run.peakMemoryMb, 1),
    fixed(run.timePerStepSeconds, 4),
    fixed(run.trainingTimeSeconds, 1),
    run.hasWeights ? "yes" : "no",
    run.loss === null ? "-" : sparkline(run.loss.values, screen, range),
  ]);
  const titles = ["train loss", "eval loss", "peak MB", "s/step", "train s", "weights", "loss curve"];
  return [
    ...table([text("run"), text("method"), ...titles.map(number)], rows, screen),
    ...(nodes.length < totalCount ? [`(the first ${nodes.length} of ${totalCount})`] : []),
    ...(range === undefined
      ? []
      : [`All loss curves share one scale, ${fixed(range.min, 4)} to ${fixed(range.max, 4)}.`]),
  ];
}

/** The evaluation loss comes first where there is one: the training loss is measured on the training examples. */
function lossSections(study: Diagnosis, screen: Screen): string[] {
  const { ranks, minimumViableRank, evaluatedRank, roles } = study;
  const compared = roles === null ? [] : [`${roles.candidate} against ${roles.baseline}: ${roles.because}`];
  const training = ranks.map(({ r, degradation }) => ({ r, degradation }));
  const evaluation = ranks.map(({ r, evaluation: degradation }) => ({ r, degradation }));
  const isEvaluated = evaluation.some(({ degradation }) => degradation.candidate !== null);
  return [
    ...(isEvaluated
      ? section("Degradation of evaluation loss", [...compared, ...degradations(evaluation, evaluatedRank, screen)])
      : []),
    ...section("Degradation of training loss", [...compared, ...degradations(training, minimumViableRank, screen)]),
  ];
}

type JudgedRank = Pick<Diagnosis["ranks"][number], "r" | "degradation">;

function degradations(
  ranks: readonly JudgedRank[],
  threshold: Diagnosis["minimumViableRank"],
  screen: Screen,
): string[] {
  const rows = ranks.map(({ r, degradation }) => {
    const { baseline, candidate, percent, perplexityRatio, interval, test, verdict, certainty, reason } = degradation;
    return [
      String(r),
      fixed(baseline?.mean, 4),
      fixed(candidate?.mean, 4),
      fixed(percent, 4),
      fixed(perplexityRatio, 4),
      interval === null ? "-" : `${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}`,
      test === null ? "-" : test.p.toPrecision(2),
      reason ?? verdictText(verdict, certainty),
    ];
  });
  const { inconclusiveRanks, range } = threshold;
  const above = "above all tested ranks";
  const titles = ["rank", "baseline", "candidate", "percent", "perplexity ratio", "95 % interval", "p", "verdict"];
  return [
    ...table(titles.map(number), rows, screen),
    minimumRankText(threshold),
    ...(inconclusiveRanks.length === 0
      ? []
      : [
          `Inconclusive: ${inconclusiveRanks.join(", ")}; r* is between ${range.least ?? above} and ${range.greatest ?? above}.`,
        ]),
  ];
}

function costTable(ranks: readonly RankDetail[], screen: Screen): string[] {
  const rows = ranks.map(({ r, costs }) => [
    String(r),
    fixed(costs.baselineMemoryMb, 2),
    fixed(costs.candidateMemoryMb, 2),
    fixed(costs.memoryReductionPercent, 2),
    intervalText(costs.memory, 2),
    fixed(costs.baselineTimePerStepSeconds, 4),
    fixed(costs.candidateTimePerStepSeconds, 4),
    fixed(costs.speedup, 2),
    intervalText(costs.timePerStep, 2),
    `${costs.memory.baseline?.n ?? 0}/${costs.memory.candidate?.n ?? 0}`,
  ]);
  const ofMemory = ["baseline MB", "candidate MB", "saved %", "95 % interval"];
  const ofTime = ["baseline s/step", "candidate s/step", "speedup", "95 % interval"];
  return table(["rank", ...ofMemory, ...ofTime, "runs"].map(number), rows, screen);
}

function intervalText({ interval }: RankDetail["costs"]["memory"], digits: number): string {
  return interval === null ? "-" : `${interval.low.toFixed(digits)} to ${interval.high.toFixed(digits)}`;
}

function similarities(ranks: readonly RankDetail[], screen: Screen): string[] {
  const rows = ranks.map(
    ({ r, similarity: { mean, min, max, overSeeds, comparedLayers, layers, initialCosine, sharedStart } }) => [
      String(r),
      fixed(mean, 4),
      overSeeds.reason === null ? String(overSeeds.pairs) : `${overSeeds.pairs}/${overSeeds.available}`,
      fixed(overSeeds.standardDeviation, 4),
      fixed(min, 4),
      fixed(max, 4),
      `${comparedLayers}/${layers.length}`,
      fixed(initialCosine, 2),
      sharedStartText(sharedStart),
    ],
  );
  return table(
    ["rank", "mean cosine", "seeds", "sd", "min", "max", "layers", "cos(A)", "same start"].map(number),
    rows,
    screen,
  );
}

/** NO stands out: the cosines of such a rank say nothing about quantization. */
function sharedStartText(sharedStart: boolean | null): string {
  if (sharedStart === null) return "-";
  return sharedStart ? "yes" : "NO";
}

function layers(ranks: readonly RankDetail[], screen: Screen): string[] {
  const compared = ranks.filter(({ similarity }) => similarity.comparedLayers > 0);
  return compared.flatMap(({ r, similarity }, i) => [
    ...(i > 0 ? [""] : []),
    ...table(
      [text(`r = ${r}`), ...["cosine", "over seeds", "sd", "L2", "relative"].map(number), text("")],
      similarity.layers.map((line) => [
        line.layer.name,
        fixed(line.cosineSimilarity, 7),
        fixed(line.overSeeds?.mean, 7),
        fixed(line.overSeeds?.standardDeviation, 7),
        fixed(line.l2Distance, 7),
        fixed(line.relativeDifference, 7),
        line.undefinedDetail ?? line.undefinedReason ?? "",
      ]),
      screen,
    ),
    ...provenance(similarity.computed),
  ]);
}

function provenance(computed: RankDetail["similarity"]["computed"]): string[] {
  if (computed === null) return [];
  const { provider, precision, seconds, cached } = computed;
  return [
    `(${provider}, ${precision}, ${seconds.toFixed(3)} s of compute, ${cached ? "stored before" : "computed now"})`,
  ];
}

/** Maximum number of evidence lines per failure mode; the API returns all. */
const MAX_EVIDENCE = 8;

function failureMode({ kind, severity, symptom, cause, mitigation, evidence }: FailureMode): string[] {
  const more = evidence.length - MAX_EVIDENCE;
  return [
    `${severity.padEnd(6)} ${kind}: ${symptom}`,
    `       Cause: ${cause}`,
    `       Mitigation: ${mitigation}`,
    ...evidence.slice(0, MAX_EVIDENCE).map(({ label, value, unit }) => `       - ${label}: ${measure(value, unit)}`),
    ...(more > 0 ? [`       - ${more} more in the API: failureModes { evidence }`] : []),
  ];
}

function hypothesis({ id, statement, verdict, certainty, because, evidence, confounds }: Hypothesis): string[] {
  return [
    `${id} ${verdictText(verdict, certainty)}: ${statement}`,
    `   ${because}`,
    ...evidence.map(({ label, value, unit }) => `   - ${label}: ${measure(value, unit)}`),
    ...confounds.map(({ severity, message }) => `   ! ${severity}: ${message}`),
  ];
}

function measure(value: number | null, unit: string): string {
  if (value === null) return "-";
  return unit === "rank" ? String(value) : `${Number(value.toPrecision(6))} ${unit}`.trimEnd();
}

function pareto(loss: string, points: Diagnosis["paretoFrontier"], screen: Screen): string[] {
  const rows = points.map(({ experiment, x, y, dominated }) => [
    experiment.name,
    x.toFixed(1),
    y.toFixed(4),
    dominated ? "dominated" : "frontier",
  ]);
  return [
    ...table([text("run"), ...["peak MB", loss, ""].map(number)], rows, screen),
    "Every row is a single run. Another seed may change which runs are on the frontier.",
  ];
}

/** Formats layers, modules and fused q, k and v by 1 - cosine, the most sensitive first; layers without a mean come last. */
function sensitivity(
  { ranks, fairRanks, leftOut, seedPairs, layers, modules, parts }: Sensitivity,
  screen: Screen,
): string[] {
  if (fairRanks.length === 0) return leftOut.map(({ rank, because }) => `r = ${rank} cannot be used: ${because}`);
  const sorted = [...layers].sort((left, right) => (right.mean ?? -Infinity) - (left.mean ?? -Infinity) || 0);
  const rows = sorted.map(({ layer, values, mean }) => [
    layer.name,
    ...values.map((value) => fixed(value, 4)),
    fixed(mean, 4),
  ]);
  return [
    `1 - cosine of the updates; means over r = ${fairRanks.join(", ")}.`,
    ...seedPairs
      .filter(({ pairs }) => pairs > 1)
      .map(({ rank, pairs }) => `r = ${rank}: mean over ${countOf(pairs, "pair")} of seeds.`),
    ...leftOut.map(({ rank, because }) => `Not in the means: r = ${rank}. ${because}`),
    ...table([text("layer"), ...[...ranks.map((rank) => `r = ${rank}`), "mean"].map(number)], rows, screen),
    ...modules.map(({ module, layers: count, mean }) => `${module}: ${fixed(mean, 4)} over ${countOf(count, "layer")}`),
    ...parts.map(({ name, mean }) => `${name} of fused projections: ${fixed(mean, 4)}`),
  ];
}

/** Formats the predictions for untested ranks, or the reasons why there are none. */
function trends(rankTrends: readonly RankTrend[]): string[] {
  return rankTrends.flatMap(({ quantity, rSquared, n, predictions, refusedBecause, leftOut }) => {
    const partial = leftOut === null ? [] : [`${quantity}: ${leftOut}`];
    if (refusedBecause !== null) return [`${quantity}: not predicted. ${refusedBecause}`, ...partial];
    const fit = `R^2 ${fixed(rSquared, 3)}, n = ${n}`;
    const lines = predictions.map(({ rank, value, interval, refusedBecause: why }) =>
      value === null || interval === null
        ? `${quantity} at r = ${rank}: not predicted. ${why}`
        : `${quantity} at r = ${rank}: ${value.toFixed(2)} (95 %: ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}; ${fit}).`,
    );
    return [...lines, ...partial];
  });
}
