import { minimumRankText, recommendationText, verdictText } from "./verdict-text.js";
import { behaviourBlocks } from "./behaviour-blocks.js";
import { fixed, MISSING, rowsOf, text, yesNo, type Block } from "./blocks.js";
import type { ReportedRank, StudyReport } from "./study-report.js";

/** A section of a report, independent of its format. */
interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** Returns the sections of a study's report. The tables of ranks, memory and time correspond to the notebook's. */
export function reportSections(report: StudyReport): Section[] {
  return [
    { title: "Experiments", blocks: [experiments(report)] },
    { title: "Rank threshold", blocks: rankThreshold(report) },
    { title: "Memory", blocks: [memory(report.ranks)] },
    { title: "Training efficiency", blocks: [efficiency(report.ranks)] },
    { title: "Weight similarity", blocks: similarity(report.ranks) },
    ...(report.behaviour === null ? [] : [{ title: "Behaviour", blocks: behaviourBlocks(report.behaviour) }]),
    { title: "Hypotheses", blocks: judgedHypotheses(report) },
    ...frontiers(report),
    { title: "Failure modes", blocks: failures(report) },
    { title: "Recommendation", blocks: [text(recommendationText(report.recommendation))] },
  ];
}

function experiments({ experiments: runs }: StudyReport): Block {
  return {
    kind: "table",
    header: ["run", "method", "rank", "seed", "training loss", "eval loss", "peak MB", "s/step", "weights"],
    rows: rowsOf(runs, (run) => [
      run.name,
      run.method,
      String(run.rank?.r ?? "none"),
      run.seed === null ? MISSING : String(run.seed),
      fixed(run.trainingLoss, 6),
      fixed(run.evalLoss, 6),
      fixed(run.peakMemoryMb, 2),
      fixed(run.timePerStepSeconds, 4),
      yesNo(run.hasWeights),
    ]),
  };
}

/** The evaluation loss comes first where there is one: the training loss is measured on the training examples. */
function rankThreshold({ ranks, minimumViableRank, evaluatedRank, thresholdPercent }: StudyReport): Block[] {
  const isEvaluated = ranks.some(({ evaluation }) => evaluation.candidate !== null);
  const training = thresholdBlocks("training loss", {
    ranks: ranks.map(({ r, degradation }) => ({ r, degradation })),
    threshold: minimumViableRank,
    thresholdPercent,
  });
  if (!isEvaluated) return training;
  const evaluation = thresholdBlocks("evaluation loss", {
    ranks: ranks.map(({ r, evaluation: degradation }) => ({ r, degradation })),
    threshold: evaluatedRank,
    thresholdPercent,
  });
  return [...evaluation, ...training];
}

interface JudgedMetric {
  readonly ranks: readonly Pick<ReportedRank, "r" | "degradation">[];
  readonly threshold: StudyReport["minimumViableRank"];
  readonly thresholdPercent: number;
}

function thresholdBlocks(metric: string, { ranks, threshold, thresholdPercent }: JudgedMetric): Block[] {
  const rows = rowsOf(ranks, ({ r, degradation }) => {
    const { baseline, candidate, percent, nats, perplexityRatio, acceptable, verdict } = degradation;
    return [
      String(r),
      fixed(baseline?.mean, 6),
      fixed(candidate?.mean, 6),
      fixed(percent, 6),
      fixed(nats, 4),
      fixed(perplexityRatio, 4),
      yesNo(acceptable),
      degradation.reason ?? verdictText(verdict, degradation.certainty),
    ];
  });
  return [
    text(`Metric: ${metric}. A degradation below ${thresholdPercent} % is acceptable.`),
    {
      kind: "table",
      header: [
        "rank",
        "baseline loss",
        "candidate loss",
        "degradation %",
        "nats",
        "perplexity ratio",
        "acceptable",
        "verdict",
      ],
      rows,
    },
    text(minimumRankText(threshold)),
  ];
}

type CostStatistics = ReportedRank["summary"]["memory"];

function intervalText({ interval }: CostStatistics, digits: number): string {
  return interval === null ? MISSING : `${fixed(interval.low, digits)} to ${fixed(interval.high, digits)}`;
}

/** Returns the numbers of independent runs of baseline and candidate: `3 / 2`. */
function runsText({ baseline, candidate }: CostStatistics): string {
  return `${baseline?.n ?? 0} / ${candidate?.n ?? 0}`;
}

function memory(ranks: readonly ReportedRank[]): Block {
  return {
    kind: "table",
    header: ["rank", "baseline MB", "candidate MB", "reduction %", "95 % interval", "runs"],
    rows: rowsOf(ranks, ({ r, summary }) => [
      String(r),
      fixed(summary.baselineMemoryMb, 2),
      fixed(summary.candidateMemoryMb, 2),
      fixed(summary.memoryReductionPercent, 2),
      intervalText(summary.memory, 2),
      runsText(summary.memory),
    ]),
  };
}

function efficiency(ranks: readonly ReportedRank[]): Block {
  return {
    kind: "table",
    header: ["rank", "baseline s/step", "candidate s/step", "speedup", "95 % interval", "runs"],
    rows: rowsOf(ranks, ({ r, summary }) => [
      String(r),
      fixed(summary.baselineTimePerStepSeconds, 4),
      fixed(summary.candidateTimePerStepSeconds, 4),
      fixed(summary.speedup, 4),
      intervalText(summary.timePerStep, 4),
      runsText(summary.timePerStep),
    ]),
  };
}

function similarity(ranks: readonly ReportedRank[]): Block[] {
  return [
    text(
      "Similarity of the unscaled updates B A of baseline and candidate. The mean is over the layers and over all pairs of runs with equal seeds. Runs that started from different A are not comparable.",
    ),
    {
      kind: "table",
      header: [
        "rank",
        "mean cosine",
        "pairs of seeds",
        "standard deviation",
        "layers compared",
        "cos(A)",
        "same start",
      ],
      rows: rowsOf(
        ranks,
        ({ r, similarity: { mean, overSeeds, comparedLayers, layers, initialCosine, sharedStart } }) => [
          String(r),
          fixed(mean, 7),
          overSeeds.reason === null ? String(overSeeds.pairs) : `${overSeeds.pairs} of ${overSeeds.available}`,
          fixed(overSeeds.standardDeviation, 7),
          `${comparedLayers} of ${layers.length}`,
          fixed(initialCosine, 4),
          yesNo(sharedStart),
        ],
      ),
    },
    ...ranks
      .filter(({ similarity: { comparedLayers } }) => comparedLayers > 0)
      .map(({ r, similarity: { layers } }): Block => ({
        kind: "table",
        header: [
          `layer at rank ${r}`,
          "cosine",
          "mean over seeds",
          "standard deviation",
          "L2 distance",
          "relative difference",
        ],
        rows: rowsOf(
          layers,
          ({ layer, cosineSimilarity, overSeeds, l2Distance, relativeDifference, undefinedReason }) => [
            layer.name,
            cosineSimilarity === null ? (undefinedReason ?? MISSING) : cosineSimilarity.toFixed(7),
            fixed(overSeeds?.mean, 7),
            fixed(overSeeds?.standardDeviation, 7),
            fixed(l2Distance, 4),
            fixed(relativeDifference, 4),
          ],
        ),
      })),
  ];
}

function judgedHypotheses({ hypotheses }: StudyReport): Block[] {
  return hypotheses.flatMap(({ id, statement, verdict, certainty, because, evidence, confounds }): Block[] => [
    text(`${id} ${verdictText(verdict, certainty)}: ${statement} ${because}`),
    {
      kind: "list",
      items: [
        ...evidence.map(({ label, value, unit }) => `${label}: ${quantity(value, unit)}`),
        ...confounds.map(({ severity, message }) => `confound (${severity}): ${message}`),
      ],
    },
  ]);
}

function quantity(value: number | null, unit: string): string {
  if (value === null) return MISSING;
  return unit === "rank" ? String(value) : `${Number(value.toPrecision(6))} ${unit}`;
}

/** The evaluation loss comes first where there is one. */
function frontiers({ evaluatedFrontier, paretoFrontier }: StudyReport): Section[] {
  return [
    ...(evaluatedFrontier.length === 0 ? [] : [frontier("evaluation loss", evaluatedFrontier)]),
    frontier("training loss", paretoFrontier),
  ];
}

const SINGLE_RUNS = "Every row is a single run. Another seed may change which runs are on the frontier.";

function frontier(loss: string, points: StudyReport["paretoFrontier"]): Section {
  return { title: `Memory against ${loss}`, blocks: [text(SINGLE_RUNS), pareto(loss, points)] };
}

function pareto(loss: string, points: StudyReport["paretoFrontier"]): Block {
  return {
    kind: "table",
    header: ["run", "peak MB", loss, "on the frontier"],
    rows: rowsOf(points, ({ experiment, x, y, dominated }) => [
      experiment.name,
      x.toFixed(2),
      y.toFixed(6),
      yesNo(!dominated),
    ]),
  };
}

function failures({ failureModes }: StudyReport): Block[] {
  if (failureModes.length === 0) return [text("None was detected.")];
  const header = ["kind", "severity", "symptom", "cause", "mitigation"];
  const rows = rowsOf(failureModes, (mode) => [mode.kind, mode.severity, mode.symptom, mode.cause, mode.mitigation]);
  return [{ kind: "table", header, rows }];
}
