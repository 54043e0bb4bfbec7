import { sensitivity, trends, type Sensitivity, type Trend } from "./report-sensitivity.js";
import { textTable } from "./text-table.js";

type Maybe = number | null;

/** The answer of the report's query (report.ts). */
export interface Diagnosis {
  slug: string;
  name: string;
  baseModel: string | null;
  experiments: { totalCount: number; nodes: Experiment[] };
  layers: { name: string }[];
  ranks: { r: number; degradation: Degradation }[];
  roles: { baseline: string; candidate: string; because: string } | null;
  minimumViableRank: {
    rank: Maybe;
    bound: string;
    leastAcceptableRank: Maybe;
    reason: string;
    inconclusiveRanks: number[];
    range: { least: Maybe; greatest: Maybe };
  };
  notebook: { id: string; verdict: string; because: string }[];
  sensitivityMap: Sensitivity;
  rankTrends: Trend[];
  hypotheses: Hypothesis[];
  paretoFrontier: { experiment: { name: string }; x: number; y: number; dominated: boolean }[];
  failureModes: FailureMode[];
  recommendation: { experiment: { name: string } | null; because: string };
}

interface Experiment {
  name: string;
  method: string;
  quantization: { label: string };
  trainingLoss: Maybe;
  evalLoss: Maybe;
  peakMemoryMb: Maybe;
  timePerStepSeconds: Maybe;
  trainingTimeSeconds: Maybe;
  hasWeights: boolean;
}

interface Degradation {
  percent: Maybe;
  verdict: string;
  interval: { low: number; high: number; confidence: number } | null;
  intervalMethod: string | null;
  test: { p: number } | null;
  baseline: { mean: number } | null;
  candidate: { mean: number } | null;
  reason: string | null;
}

interface FailureMode {
  kind: string;
  severity: string;
  symptom: string;
  cause: string;
  mitigation: string;
  evidence: { label: string; value: Maybe; unit: string }[];
}

interface Hypothesis {
  id: string;
  statement: string;
  verdict: string;
  because: string;
  evidence: { label: string; value: Maybe; unit: string }[];
  confounds: { severity: string; message: string }[];
}

/** What the report knows of one rank beyond its degradation. */
export interface RankDetail {
  r: number;
  similarity: {
    mean: Maybe;
    min: Maybe;
    max: Maybe;
    comparedLayers: number;
    sharedStart: boolean | null;
    initialCosine: Maybe;
    computed: { provider: string; precision: string; seconds: number; cached: boolean } | null;
    layers: LayerLine[];
  };
  summary: {
    baselineMemoryMb: Maybe;
    candidateMemoryMb: Maybe;
    memoryReductionPercent: Maybe;
    baselineTimePerStepSeconds: Maybe;
    candidateTimePerStepSeconds: Maybe;
    speedup: Maybe;
  };
}

interface LayerLine {
  layer: { name: string };
  cosineSimilarity: Maybe;
  l2Distance: Maybe;
  relativeDifference: Maybe;
  undefinedReason: string | null;
  undefinedDetail: string | null;
}

/** A study's summary as lines for a terminal; what is not known is a dash, never a number. */
export function reportText(study: Diagnosis, ranks: readonly RankDetail[]): string[] {
  return [
    `${study.name} (${study.slug})`,
    `base model ${study.baseModel ?? "unknown"}, ${study.experiments.totalCount} experiments, ${study.ranks.length} ranks, ${study.layers.length} layers`,
    ...section("Experiments", experiments(study)),
    ...section("Degradation of training loss", degradations(study)),
    ...section("Memory and time", costs(ranks)),
    ...section("Similarity of the weight updates (B A, unscaled)", similarities(ranks)),
    ...section("Layers", layers(ranks)),
    ...section("Sensitivity to quantization", sensitivity(study.sensitivityMap)),
    ...section("Hypotheses", study.hypotheses.flatMap(hypothesis)),
    ...section(
      "The same by the notebook's rules",
      study.notebook.map(({ id, verdict, because }) => `${id} ${verdict}: ${because}.`),
    ),
    ...section("Memory against training loss", pareto(study)),
    ...section("Trends over the rank", trends(study.rankTrends)),
    ...section("Failure modes", study.failureModes.flatMap(failureMode)),
    ...section("Recommendation", [
      `${study.recommendation.experiment?.name ?? "none"}: ${study.recommendation.because}.`,
    ]),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return ["", title, "=".repeat(title.length), ...(lines.length > 0 ? lines : ["none"])];
}

const fixed = (value: Maybe | undefined, digits: number) => (value == null ? "-" : value.toFixed(digits));

function experiments({ experiments: { nodes, totalCount } }: Diagnosis): string[] {
  const rows = nodes.map((run) => [
    run.name,
    run.method,
    fixed(run.trainingLoss, 4),
    fixed(run.evalLoss, 4),
    fixed(run.peakMemoryMb, 1),
    fixed(run.timePerStepSeconds, 4),
    fixed(run.trainingTimeSeconds, 1),
    run.hasWeights ? "yes" : "no",
  ]);
  const table = textTable(
    ["run", "method", "train loss", "eval loss", "peak MB", "s/step", "train s", "weights"],
    rows,
  );
  return nodes.length < totalCount ? [...table, `(the first ${nodes.length} of ${totalCount})`] : table;
}

function degradations({ ranks, roles, minimumViableRank }: Diagnosis): string[] {
  const rows = ranks.map(({ r, degradation: { baseline, candidate, percent, interval, test, verdict, reason } }) => [
    String(r),
    fixed(baseline?.mean, 4),
    fixed(candidate?.mean, 4),
    fixed(percent, 4),
    interval === null ? "-" : `${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}`,
    test === null ? "-" : test.p.toPrecision(2),
    reason ?? verdict,
  ]);
  const { rank, bound, leastAcceptableRank, reason, inconclusiveRanks, range } = minimumViableRank;
  const above = "above all tested ranks";
  return [
    ...(roles === null ? [] : [`${roles.candidate} against ${roles.baseline}: ${roles.because}.`]),
    ...textTable(["rank", "baseline", "candidate", "percent", "95 % interval", "p", "verdict"], rows),
    `Minimum viable rank: ${rank ?? "none"} (${bound}): ${reason}. Least acceptable rank: ${leastAcceptableRank ?? "none"}.`,
    ...(inconclusiveRanks.length === 0
      ? []
      : [
          `Inconclusive: ${inconclusiveRanks.join(", ")}; r* is between ${range.least ?? above} and ${range.greatest ?? above}.`,
        ]),
  ];
}

function costs(ranks: readonly RankDetail[]): string[] {
  const rows = ranks.map(({ r, summary }) => [
    String(r),
    fixed(summary.baselineMemoryMb, 2),
    fixed(summary.candidateMemoryMb, 2),
    fixed(summary.memoryReductionPercent, 2),
    fixed(summary.baselineTimePerStepSeconds, 4),
    fixed(summary.candidateTimePerStepSeconds, 4),
    fixed(summary.speedup, 2),
  ]);
  return textTable(
    ["rank", "baseline MB", "candidate MB", "saved %", "baseline s/step", "candidate s/step", "speedup"],
    rows,
  );
}

function similarities(ranks: readonly RankDetail[]): string[] {
  const rows = ranks.map(
    ({ r, similarity: { mean, min, max, comparedLayers, layers, initialCosine, sharedStart } }) => [
      String(r),
      fixed(mean, 4),
      fixed(min, 4),
      fixed(max, 4),
      `${comparedLayers}/${layers.length}`,
      fixed(initialCosine, 2),
      sharedStart === null ? "-" : sharedStart ? "yes" : "NO",
    ],
  );
  return textTable(["rank", "mean cosine", "min", "max", "layers", "cos(A)", "same start"], rows);
}

function layers(ranks: readonly RankDetail[]): string[] {
  const compared = ranks.filter(({ similarity }) => similarity.comparedLayers > 0);
  return compared.flatMap(({ r, similarity }, i) => [
    ...(i > 0 ? [""] : []),
    ...textTable(
      [`r = ${r}`, "cosine", "L2", "relative", ""],
      similarity.layers.map((line) => [
        line.layer.name,
        fixed(line.cosineSimilarity, 7),
        fixed(line.l2Distance, 7),
        fixed(line.relativeDifference, 7),
        line.undefinedDetail ?? line.undefinedReason ?? "",
      ]),
    ),
    ...provenance(similarity.computed),
  ]);
}

function provenance(computed: RankDetail["similarity"]["computed"]): string[] {
  if (computed === null) return [];
  const { provider, precision, seconds, cached } = computed;
  return [
    `(${provider}, ${precision}, ${seconds.toFixed(3)} s of compute, ${cached ? "kept from before" : "computed now"})`,
  ];
}

/** Pieces of evidence that the report has room for; the API gives them all. */
const SHOWN_EVIDENCE = 8;

function failureMode({ kind, severity, symptom, cause, mitigation, evidence }: FailureMode): string[] {
  const more = evidence.length - SHOWN_EVIDENCE;
  return [
    `${severity.padEnd(6)} ${kind}: ${symptom}.`,
    `       Cause: ${cause}.`,
    `       What to do: ${mitigation}.`,
    ...evidence.slice(0, SHOWN_EVIDENCE).map(({ label, value, unit }) => `       - ${label}: ${measure(value, unit)}`),
    ...(more > 0 ? [`       - and ${more} more, see failureModes { evidence }`] : []),
  ];
}

function hypothesis({ id, statement, verdict, because, evidence, confounds }: Hypothesis): string[] {
  return [
    `${id} ${verdict}: ${statement}`,
    `   Because ${because}.`,
    ...evidence.map(({ label, value, unit }) => `   - ${label}: ${measure(value, unit)}`),
    ...confounds.map(({ severity, message }) => `   ! ${severity}: ${message}`),
  ];
}

function measure(value: Maybe, unit: string): string {
  if (value === null) return "-";
  return unit === "rank" ? String(value) : `${Number(value.toPrecision(6))} ${unit}`.trimEnd();
}

function pareto({ paretoFrontier }: Diagnosis): string[] {
  const rows = paretoFrontier.map(({ experiment, x, y, dominated }) => [
    experiment.name,
    x.toFixed(1),
    y.toFixed(4),
    dominated ? "dominated" : "frontier",
  ]);
  return textTable(["run", "peak MB", "train loss", ""], rows);
}
