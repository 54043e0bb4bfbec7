import { requireEvaluationSet } from "../../analysis/behaviour/evaluation-set.js";
import type { Measurement } from "../../analysis/behaviour/measure.js";
import type { MeasuredRankRequest } from "../../analysis/behaviour/rank-runs.js";
import { resolveWait, type AnalysisContext } from "../../analysis/request/analysis-context.js";
import type { ConfigurationMean } from "../../derive/runs/configuration-means.js";
import { ranksOf } from "../../derive/runs/comparison-roles.js";
import type { CompleteMean } from "../../derive/statistics/complete-mean.js";
import type { Cell } from "../../export/table.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import { capital, count, figure, sampleSizes, whiskers } from "../labels.js";
import { complete, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot, PlotTable } from "../plot.js";
import { pointsByRank, rankMarks } from "./by-rank.js";
import { configurationsText, legendNames, subjectLine, type Subject } from "./subject.js";
import { INTERVAL_COLUMNS } from "./tables.js";

/** A quantity that is measured by running models: of one configuration, or between two, at one rank. */
export interface SideQuantity {
  /** Name of the configuration, or of the pairs. */
  readonly side: string;
  /** Mean over runs or pairs; null without one, and while one is missing. */
  readonly mean: CompleteMean | null;
  /** The measurements that the mean is over. */
  readonly measured: readonly Measurement<unknown>[];
  /** Why there is nothing to measure, where `measured` is empty. */
  readonly none: string;
}

type RankQuantity = Omit<SideQuantity, "measured" | "none"> & {
  readonly rank: number;
  /** Why there is no mean, in one sentence; null if there is one. */
  readonly reason: string | null;
};

export interface MeasuredByRank {
  /** The evaluation set; null if the request names none. */
  readonly set: Pick<StoredEvaluationSet, "name" | "items"> | null;
  readonly quantities: readonly RankQuantity[];
  readonly confidence: number;
}

/**
 * Measures a quantity at every rank, or at the requested one, on the requested evaluation set.
 *
 * @param measureRank returns the quantity of each side at a rank
 * @throws EVALUATION_SET_NOT_FOUND, ARGUMENT_INVALID
 */
export async function readByRank(
  { context, study, measured, options }: PlotRequest,
  measureRank: (context: AnalysisContext, request: MeasuredRankRequest) => Promise<readonly SideQuantity[]>,
): Promise<PlotFacts<MeasuredByRank>> {
  const { on, rank: requestedRank, baseline, candidate, confidence } = options;
  if (on == null) return complete({ set: null, quantities: [], confidence });
  const set = await requireEvaluationSet(context.loaders, on);
  const waitMilliseconds = resolveWait(options.waitSeconds, context);
  const roles = { baseline, candidate };
  const byRank = await Promise.all(
    (requestedRank == null ? ranksOf(measured.runs) : [requestedRank]).map(async (rank) => {
      const sides = await measureRank(context, { studyId: study.id, rank, roles, set, confidence, waitMilliseconds });
      return sides.map((side) => ({ rank, ...side }));
    }),
  );
  const all = byRank.flat();
  return {
    facts: {
      set,
      quantities: all.map(({ rank, ...quantity }) => ({
        rank,
        side: quantity.side,
        mean: quantity.mean,
        reason: reasonOf(quantity),
      })),
      confidence,
    },
    pendingJobs: [...new Set(all.flatMap((one) => one.measured.flatMap(({ pendingJob }) => pendingJob ?? [])))],
  };
}

function reasonOf({ mean, measured, none }: SideQuantity): string | null {
  if (mean !== null) return null;
  if (measured.length === 0) return none;
  return measured.find(({ reason }) => reason !== null)?.reason ?? "It is being measured.";
}

/** How a quantity is shown. */
interface QuantityWords {
  /** `KL divergence`. */
  readonly name: string;
  /** The name with its unit: the title of the axis. */
  readonly axis: string;
  /** The name in the table. */
  readonly column: string;
  /** The unit of the sample behind a mean: `run` or `pair`. */
  readonly over: string;
}

const SIZE = { width: 620, height: 320 };

/** Draws a quantity by rank, with intervals, and says where it was not measured and why. */
export function plotByRank(subject: Subject, facts: MeasuredByRank, { name, axis, column, over }: QuantityWords): Plot {
  const { set, quantities, confidence } = facts;
  const means = quantities.flatMap(meanOf);
  const names = legendNames(subject);
  const sides = [...new Set(means.map(({ configuration }) => names.get(configuration) ?? configuration))];
  const summary = means.length === 0 ? [] : [`${sampleSizes(means)} (${over}s); ${whiskers(means, confidence)}`];
  return {
    title: `${name} by rank: ${configurationsText(subject)}`,
    subtitle: [
      subjectLine(subject),
      ...(set === null ? [] : [`evaluation set ${set.name}, ${count(set.items, "item")}`]),
      ...summary,
    ],
    description: [
      set === null ? `${name} by rank.` : `${name} by rank on the evaluation set ${set.name}.`,
      ...means.map((one) => `Rank ${one.rank}, ${one.configuration}: ${figure(one.mean)}.`),
    ].join(" "),
    notes: means.length === 0 ? [] : missingNotes(quantities),
    table: tableOf(column, quantities),
    body:
      means.length === 0
        ? { missing: nothingMeasured(facts) }
        : pointsByRank(rankMarks(means, names), sides, { title: axis, ...SIZE }),
  };
}

function meanOf({ rank, side, mean }: RankQuantity): ConfigurationMean[] {
  if (mean === null) return [];
  const { interval, n } = mean;
  return [{ rank, configuration: side, mean: mean.mean, low: interval?.low ?? null, high: interval?.high ?? null, n }];
}

function nothingMeasured({ set, quantities }: MeasuredByRank): string {
  if (set === null) return "No evaluation set is chosen: name one with `on` (rankscope evalset list).";
  return quantities.find(({ reason }) => reason !== null)?.reason ?? "The study has no baseline and candidate.";
}

/** Returns a sentence for each side and reason, with the ranks that it concerns. */
function missingNotes(quantities: readonly RankQuantity[]): string[] {
  const ranks = new Map<string, number[]>();
  for (const { side, rank, reason } of quantities) {
    if (reason === null) continue;
    const key = JSON.stringify([side, reason]);
    ranks.set(key, [...(ranks.get(key) ?? []), rank]);
  }
  return [...ranks].map(([key, at]) => {
    const [side, reason] = JSON.parse(key) as [string, string];
    return `${capital(side)} at ${at.length === 1 ? "rank" : "ranks"} ${at.join(", ")}: ${reason}`;
  });
}

function tableOf(column: string, quantities: readonly RankQuantity[]): PlotTable {
  return {
    columns: [
      { name: "rank", type: "integer" },
      { name: "side", type: "text" },
      { name: column, type: "number" },
      ...INTERVAL_COLUMNS,
      { name: "undefined_reason", type: "text" },
    ],
    rows: quantities.map(({ rank, side, mean, reason }): Cell[] => [
      rank,
      side,
      mean?.mean ?? null,
      mean?.interval?.low ?? null,
      mean?.interval?.high ?? null,
      mean?.n ?? null,
      reason,
    ]),
  };
}
