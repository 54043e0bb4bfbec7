import {
  comparedConfigurations,
  configurationMeanSteps,
  type ConfigurationMean,
} from "../../derive/runs/configuration-means.js";
import { MetricName } from "../../model/enums/run.js";
import { capital, figure, metricLabel, sampleSizes, whiskers } from "../labels.js";
import { barsByRank, pointsByRank, rankMarks } from "../parts/by-rank.js";
import { runsOfRequestedRank } from "../parts/requested-rank.js";
import { configurationsText, legendNames, subjectLine, type Subject } from "../parts/subject.js";
import { meansTable } from "../parts/tables.js";
import { complete, definePlotKind, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot, VegaLite } from "../plot.js";

interface TrainingEfficiency {
  /** Seconds per optimizer step. */
  readonly times: readonly ConfigurationMean[];
  /** Name of the metric beside it. */
  readonly metric: string;
  readonly means: readonly ConfigurationMean[];
  readonly confidence: number;
}

export const trainingEfficiencyKind = definePlotKind({
  name: "TRAINING_EFFICIENCY",
  description: "Seconds per optimizer step, and the metric, by rank.",
  reads: "METRICS",
  read: readTrainingEfficiency,
  draw: trainingEfficiency,
});

async function readTrainingEfficiency(request: PlotRequest): Promise<PlotFacts<TrainingEfficiency>> {
  const { runs, roles, metric } = runsOfRequestedRank(request);
  const { confidence } = request.options;
  const configurations = comparedConfigurations(runs, roles);
  const meansOf = (name: string) =>
    request.context.derivations.inSteps(configurationMeanSteps(runs, configurations, name, confidence));
  return complete({
    times: await meansOf(MetricName.TIME_PER_STEP_SECONDS),
    metric,
    means: await meansOf(metric),
    confidence,
  });
}

/** The time of a step, and the metric, by rank. */
export function trainingEfficiency(subject: Subject, facts: TrainingEfficiency): Plot {
  const { times, metric, means, confidence } = facts;
  const label = metricLabel(metric);
  const marks = [...times, ...means];
  const panels = panelsOf(subject, facts, label);
  return {
    title: `Time per step and ${label} by rank: ${configurationsText(subject)}`,
    subtitle: [
      subjectLine(subject),
      ...(marks.length === 0 ? [] : [`${sampleSizes(marks)}; ${whiskers(marks, confidence)}`]),
    ],
    description: [
      "Seconds per optimizer step by rank.",
      ...times.map((mark) => meanText(mark, " s")),
      `${capital(label)} by rank.`,
      ...means.map((mark) => meanText(mark, "")),
    ].join(" "),
    notes: missingNotes(facts),
    table: meansTable({ time_per_step_seconds: times, [metric]: means }),
    body:
      panels.length === 0
        ? { missing: `No run of the study has a time per step (metric time_per_step_seconds), or ${metric}.` }
        : { hconcat: panels, spacing: 32, resolve: { scale: { color: "shared", shape: "shared" } } },
  };
}

function panelsOf(subject: Subject, { times, means }: TrainingEfficiency, label: string): VegaLite[] {
  const names = legendNames(subject);
  const domain = [...names.values()];
  const width = times.length === 0 || means.length === 0 ? 620 : 380;
  const height = 300;
  const panels: VegaLite[] = [];
  if (times.length > 0) {
    panels.push(barsByRank(rankMarks(times, names), domain, { title: "time per step (s)", width, height }));
  }
  if (means.length > 0) {
    panels.push(pointsByRank(rankMarks(means, names), domain, { title: label, width, height }));
  }
  return panels;
}

function meanText({ rank, configuration, mean }: ConfigurationMean, unit: string): string {
  return `Rank ${rank}, ${configuration}: ${figure(mean)}${unit}.`;
}

/** Returns a note on the panel that is missing if there is only one. */
function missingNotes({ times, metric, means }: TrainingEfficiency): string[] {
  if (times.length === 0 && means.length > 0) {
    return ["No run has a time per step (metric time_per_step_seconds)."];
  }
  return means.length === 0 && times.length > 0 ? [`No run has ${metric}.`] : [];
}
