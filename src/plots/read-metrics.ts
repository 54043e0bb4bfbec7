import { configurationName } from "../derive/runs/configuration-name.js";
import { degradationByRank } from "../derive/degradation/degradation.js";
import { diagnosticSummary } from "../derive/tradeoffs/diagnostic-summary.js";
import { paretoFrontier } from "../derive/tradeoffs/pareto-frontier.js";
import { notebookRankThreshold, rankThreshold } from "../derive/degradation/rank-threshold.js";
import { ranksOf } from "../derive/runs/comparison-roles.js";
import { configurationMeans, comparedConfigurations } from "../derive/runs/configuration-means.js";
import { acceptanceRule, type MeasuredStudy } from "../analysis/judged-study.js";
import { MetricName } from "../model/enums/metric.js";
import type { PlotOptions } from "./plot-options.js";
import type { MemoryComparison } from "./kinds/memory-comparison.js";
import type { MemoryVsPerformance } from "./kinds/memory-vs-performance.js";
import type { RankThresholdFacts } from "./kinds/rank-threshold.js";
import type { TrainingEfficiency } from "./kinds/training-efficiency.js";

/** What pictures of metrics show: the answers of the fields that give the same numbers. */

export function memoryComparisonFacts(measured: MeasuredStudy, { confidence }: PlotOptions): MemoryComparison {
  const { runs, roles } = measured;
  const sides = comparedConfigurations(runs, roles);
  return {
    means: configurationMeans(runs, sides, MetricName.PEAK_MEMORY_MB, confidence),
    reductions: ranksOf(runs).map((rank) => ({
      rank,
      percent: diagnosticSummary(runs, rank, undefined, roles ?? null).memoryReductionPercent,
    })),
    confidence,
  };
}

export function trainingEfficiencyFacts(measured: MeasuredStudy, { confidence }: PlotOptions): TrainingEfficiency {
  const { runs, roles, metric } = measured;
  const sides = comparedConfigurations(runs, roles);
  return {
    times: configurationMeans(runs, sides, MetricName.TIME_PER_STEP_SECONDS, confidence),
    metric,
    means: configurationMeans(runs, sides, metric, confidence),
    confidence,
  };
}

/** @throws ARGUMENT_INVALID */
export function rankThresholdFacts(measured: MeasuredStudy, asked: PlotOptions): RankThresholdFacts {
  const { runs, roles, metric } = measured;
  const rule = acceptanceRule(measured, asked);
  const degradations = degradationByRank(runs, rule, roles ?? null);
  return {
    metric,
    means: configurationMeans(runs, comparedConfigurations(runs, roles), metric, asked.confidence),
    degradations,
    threshold: asked.rules === "NOTEBOOK" ? notebookRankThreshold(degradations) : rankThreshold(degradations),
    ...{ thresholdPercent: rule.thresholdPercent, twoSided: rule.twoSided, confidence: asked.confidence },
  };
}

export function memoryVsPerformanceFacts(measured: MeasuredStudy): MemoryVsPerformance {
  const { runs, metric, higherIsBetter } = measured;
  const points = runs.flatMap((run) => {
    const [x, y] = [run.metrics.get(MetricName.PEAK_MEMORY_MB), run.metrics.get(metric)];
    return x !== undefined && y !== undefined && Number.isFinite(x) && Number.isFinite(y) ? [{ item: run, x, y }] : [];
  });
  return {
    ...{ metric, higherIsBetter },
    points: paretoFrontier(points, { y: higherIsBetter }).map(({ item, x, y, dominated }) => ({
      ...{ name: item.name, configuration: configurationName(item), rank: item.rank },
      ...{ x, y, dominated },
    })),
    configurations: [...new Set(points.map(({ item }) => configurationName(item)))],
    lacking: runs.length - points.length,
  };
}
