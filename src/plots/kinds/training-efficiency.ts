import type { ConfigurationMean } from "../../derive/runs/configuration-means.js";
import { capital, figure, metricLabel, sampleSizes, whiskers } from "../labels.js";
import type { Picture, VegaLite } from "../picture.js";
import { barsByRank, pointsByRank, rankMarks } from "./by-rank.js";
import { meansTable } from "./means-table.js";
import { sideNames, sidesText, subjectLine, type Subject } from "./sides.js";

export interface TrainingEfficiency {
  /** Seconds per optimizer step. */
  readonly times: readonly ConfigurationMean[];
  /** The metric beside it. */
  readonly metric: string;
  readonly means: readonly ConfigurationMean[];
  readonly confidence: number;
}

/** What a step costs and what it yields, by rank. */
export function trainingEfficiency(subject: Subject, facts: TrainingEfficiency): Picture {
  const { times, metric, means, confidence } = facts;
  const names = sideNames(subject);
  const domain = [...names.values()];
  const label = metricLabel(metric);
  const size = { width: times.length === 0 || means.length === 0 ? 620 : 380, height: 300 };
  const panels: VegaLite[] = [
    ...(times.length === 0
      ? []
      : [barsByRank(rankMarks(times, names), domain, { title: "time per step (s)", ...size })]),
    ...(means.length === 0 ? [] : [pointsByRank(rankMarks(means, names), domain, { title: label, ...size })]),
  ];
  const marks = [...times, ...means];
  const said =
    (unit: string) =>
    ({ rank, configuration: side, mean }: ConfigurationMean) =>
      `Rank ${rank}, ${side}: ${figure(mean)}${unit}.`;
  return {
    title: `Time per step and ${label} by rank: ${sidesText(subject)}`,
    subtitle: [
      subjectLine(subject),
      ...(marks.length === 0 ? [] : [`${sampleSizes(marks)}; ${whiskers(marks, confidence)}`]),
    ],
    description: [
      "Seconds per optimizer step by rank.",
      ...times.map(said(" s")),
      `${capital(label)} by rank.`,
      ...means.map(said("")),
    ].join(" "),
    notes: [
      ...(times.length === 0 && means.length > 0 ? ["No run has a time per step (metric time_per_step_seconds)."] : []),
      ...(means.length === 0 && times.length > 0 ? [`No run has ${metric}.`] : []),
    ],
    table: meansTable({ time_per_step_seconds: times, [metric]: means }),
    body:
      panels.length === 0
        ? { missing: `No run of the study has a time per step (metric time_per_step_seconds), or ${metric}.` }
        : {
            hconcat: panels,
            spacing: 32,
            resolve: { scale: { color: "shared", shape: "shared" } },
          },
  };
}
