import { Arg, Ctx, Float, Query, Resolver } from "type-graphql";
import { storedSummary, type StoredSummary } from "../../derive/similarity/stored-summary.js";
import { studyOverview } from "../../derive/tradeoffs/study-overview.js";
import { failure } from "../../errors.js";
import { runsOfStudies, type StudyRun } from "../../store/across/runs-of-studies.js";
import type { Connection } from "../../store/connection.js";
import { thresholdArg, twoSidedArg } from "../arguments.js";
import type { Context } from "../context.js";
import { byStudy, runOfStudy, storedStudyPairs } from "../../analysis/across-studies/stored-similarities.js";
import { StudyComparisonType, type RankAcrossType } from "./across-types.js";
import { MetricName } from "../../model/enums/metric.js";
import { Requires } from "../access/requires.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, lengthOf } from "../cost/estimates.js";

/** Of one comparison: its answer is held in memory whole. */
const MAX_STUDIES = 1_000;

/** Studies side by side, in as many statements for a thousand as for one. */
@Resolver()
export class CompareStudiesResolver {
  @Requires("reader")
  @Costs({ points: ({ slugs }) => lengthOf(slugs) * EXPECTED.ranks * EXPECTED.runsPerRank })
  @Query(() => StudyComparisonType, {
    description:
      "Studies side by side. What weights say is taken from stored comparisons: nothing is computed or queued for it.",
  })
  async compareStudies(
    @Arg("slugs", () => [String], { description: "Up to 1,000; those that no study has are named in missingSlugs." })
    slugs: string[],
    @Arg("metric", () => MetricName, { description: "What degradations and r* are of." }) metric: MetricName,
    @Arg("thresholdPercent", () => Float, thresholdArg) thresholdPercent: number,
    @Arg("twoSided", () => Boolean, twoSidedArg) twoSided: boolean,
    @Ctx() { database, loaders }: Context,
  ): Promise<StudyComparisonType> {
    const wanted = [...new Set(slugs)];
    if (wanted.length > MAX_STUDIES) {
      throw failure("ARGUMENT_INVALID", {
        where: "slugs",
        received: `${wanted.length} slugs`,
        allowed: `up to ${MAX_STUDIES}`,
        todo: "Ask in parts, or use experimentGroups, which aggregates over all studies.",
      });
    }
    const found = await Promise.all(wanted.map((slug) => loaders.studyBySlug.load(slug)));
    const studies = found.filter((study) => study !== undefined);
    const ids = studies.map(({ id }) => id);
    const rows = await runsOfStudies(database, ids, [metric, MetricName.PEAK_MEMORY_MB]);
    const runs = byStudy(rows);
    const overviews = studies.map((study) => ({
      study,
      ...studyOverview((runs.get(study.id) ?? []).map(runOfStudy), { metric, thresholdPercent, twoSided }),
    }));
    const summary = summaries(database, rows);
    return {
      byRank: byRank(overviews),
      byStudy: overviews.map(({ study, minimumViableRank, memoryReductionPercent }) => ({
        ...{ study, minimumViableRank, memoryReductionPercent },
        meanCosineSimilarity: async () => (await summary(study.id)).meanCosineSimilarity,
        comparedLayers: async () => (await summary(study.id)).comparedLayers,
        missingLayers: async () => (await summary(study.id)).missingLayers,
        differentStartRanks: async () => (await summary(study.id)).differentStartRanks,
      })),
      missingSlugs: wanted.filter((_, i) => found[i] === undefined),
    };
  }
}

/** What is stored of each study's weights, read once for all of them, and only when a field asks for it. */
function summaries(connection: Connection, runs: readonly StudyRun[]): (studyId: string) => Promise<StoredSummary> {
  let reading: Promise<Map<string, StoredSummary>> | undefined;
  const read = async () => {
    const ranks = byStudy(await storedStudyPairs(connection, runs));
    return new Map(
      [...ranks].map(([studyId, pairs]) => [
        studyId,
        storedSummary(pairs.map(({ rank, layers }) => ({ rank, layers: [...layers.values()] }))),
      ]),
    );
  };
  return async (studyId) => (await (reading ??= read())).get(studyId) ?? storedSummary([]);
}

/** Turns the studies' degradations into ranks with their studies. */
function byRank(
  studies: readonly ({ readonly study: object } & Pick<ReturnType<typeof studyOverview>, "degradations">)[],
): RankAcrossType[] {
  const ranks = new Map<number, RankAcrossType>();
  for (const { study, degradations } of studies) {
    for (const { rank: r, degradation } of degradations) {
      const { percent, acceptable, verdict, reason } = degradation;
      const across = ranks.get(r) ?? { r, entries: [] };
      across.entries.push({ study, percent, acceptable, verdict, reason });
      ranks.set(r, across);
    }
  }
  return [...ranks.values()].sort((left, right) => left.r - right.r);
}
