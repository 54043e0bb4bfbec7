import { groupRuns, ranksOf, runsAt, type ComparisonRoles, type Run } from "../../derive/runs/comparison-roles.js";
import type { Steps } from "../../derive/steps.js";
import {
  comparedConfigurations,
  configurationMeanSteps,
  type ConfigurationMean,
} from "../../derive/runs/configuration-means.js";
import { diagnosticSummary } from "../../derive/tradeoffs/diagnostic-summary.js";
import { MetricName } from "../../model/enums/run.js";
import { capital, figure, sampleSizes, whiskers } from "../labels.js";
import { barsByRank, rankMarks } from "../parts/by-rank.js";
import { runsOfRequestedRank } from "../parts/requested-rank.js";
import { configurationsText, legendNames, subjectLine, type Subject } from "../parts/subject.js";
import { meansTable } from "../parts/tables.js";
import { complete, definePlotKind, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot } from "../plot.js";
import { largest, smallest } from "../../model/extremes.js";

interface MemoryComparison {
  /** Peak memory, MB. */
  readonly means: readonly ConfigurationMean[];
  /** Memory saved by the candidate, in percent of the baseline's, by rank; null if one of them has no value. */
  readonly reductions: readonly { readonly rank: number; readonly percent: number | null }[];
  readonly confidence: number;
}

export const memoryComparisonKind = definePlotKind({
  name: "MEMORY_COMPARISON",
  description: "Peak memory of baseline and candidate by rank.",
  reads: "METRICS",
  read: readMemoryComparison,
  draw: memoryComparison,
});

async function readMemoryComparison(request: PlotRequest): Promise<PlotFacts<MemoryComparison>> {
  const { runs, roles } = runsOfRequestedRank(request);
  const {
    options: { confidence },
    context: { derivations },
  } = request;
  const compared = comparedConfigurations(runs, roles);
  return complete({
    means: await derivations.inSteps(configurationMeanSteps(runs, compared, MetricName.PEAK_MEMORY_MB, confidence)),
    reductions: await derivations.inSteps(memoryReductions(runs, roles)),
    confidence,
  });
}

/** Items of simple work that a run is in the summary of its rank. */
const ITEMS_PER_RUN = 6;

function* memoryReductions(
  runs: readonly Run[],
  roles: ComparisonRoles | undefined,
): Steps<MemoryComparison["reductions"]> {
  yield* groupRuns(runs, roles);
  const reductions: { readonly rank: number; readonly percent: number | null }[] = [];
  for (const rank of ranksOf(runs)) {
    const configurations = roles === undefined ? [] : [roles.baseline, roles.candidate];
    yield ITEMS_PER_RUN * configurations.reduce((sum, one) => sum + runsAt(runs, one, rank).length, 0);
    const { memoryReductionPercent } = diagnosticSummary(runs, rank, undefined, roles ?? null);
    reductions.push({ rank, percent: memoryReductionPercent });
  }
  return reductions;
}

const PANEL = { title: "peak memory (MB)", width: 620, height: 320 };

/** Peak memory of each configuration by rank. */
export function memoryComparison(subject: Subject, { means, reductions, confidence }: MemoryComparison): Plot {
  const names = legendNames(subject);
  const percents = reductions.flatMap(({ percent }) => percent ?? []);
  const saving = percents.length === 0 ? [] : [savingText(percents)];
  const summary = [...saving, sampleSizes(means), whiskers(means, confidence)].join("; ");
  return {
    title: `Peak memory by rank: ${configurationsText(subject)}`,
    subtitle: means.length === 0 ? [subjectLine(subject)] : [subjectLine(subject), summary],
    description: [
      "Peak memory by rank.",
      ...means.map(({ rank, configuration, mean }) => `Rank ${rank}, ${configuration}: ${figure(mean)} MB.`),
      ...saving.map((text) => `${capital(text)}.`),
    ].join(" "),
    notes: [],
    table: meansTable({ peak_memory_mb: means }),
    body:
      means.length === 0
        ? { missing: "No run of the study has a peak memory (metric peak_memory_mb)." }
        : barsByRank(rankMarks(means, names), [...names.values()], PANEL),
  };
}

function savingText(percents: readonly number[]): string {
  const minimum = smallest(percents).toFixed(1);
  const maximum = largest(percents).toFixed(1);
  const range = minimum === maximum ? `${minimum} %` : `${minimum} % to ${maximum} %`;
  return `the candidate saves ${range} of the baseline's memory${Number(maximum) < 0 ? ": it needs more" : ""}`;
}
