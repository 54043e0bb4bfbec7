import { Arg, Ctx, Field, Float, Int, ObjectType, Query, Resolver } from "type-graphql";
import { MAX_STORED_PAIRS } from "../../analysis/across-studies/stored-similarities.js";
import { overviewsOfStudies } from "../../analysis/across-studies/study-overviews.js";
import type { StudyOverview } from "../../derive/tradeoffs/study-overview.js";
import { failure } from "../../errors.js";
import { VerdictCertainty } from "../../model/enums/statistics.js";
import type { Interval } from "../../derive/statistics/sample.js";
import { IntervalType } from "../rank/interval.js";
import { AcceptanceVerdict } from "../../model/enums/verdict.js";
import { MetricName } from "../../model/enums/run.js";
import type { Study } from "../../store/studies/studies.js";
import { Requires } from "../access/requires.js";
import { thresholdArg, twoSidedArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, lengthOf } from "../cost/estimates.js";
import { MinimumViableRankType } from "../rank/minimum-viable-rank.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("StudyAtRank", { description: "The degradation of one study at one rank.", simpleResolvers: true })
class StudyAtRankType {
  @Field(() => StudyType, { description: "A study with runs at this rank." })
  study!: object;

  @Field(() => Float, {
    nullable: true,
    description: "(candidate - baseline) / |baseline| * 100 of the means over seeds; null if undefined, see reason.",
  })
  percent!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the percent is below the threshold; null if the percent is null.",
  })
  acceptable!: boolean | null;

  @Field(() => AcceptanceVerdict, {
    description:
      "Verdict that includes the interval over seeds if there is one: INCONCLUSIVE if it contains the threshold or the percent is null.",
  })
  verdict!: AcceptanceVerdict;

  @Field(() => VerdictCertainty, {
    nullable: true,
    description:
      "Whether the verdict rests on an interval or on a point estimate, which never outranks an interval of another study; null without a percent.",
  })
  certainty!: VerdictCertainty | null;

  @Field(() => IntervalType, {
    nullable: true,
    description: "95 % confidence interval of the percent; null unless baseline and candidate have two runs each.",
  })
  interval!: Interval | null;

  @Field(() => Int, { description: "Number of independent runs of the baseline with the metric." })
  baselineRuns!: number;

  @Field(() => Int, { description: "Number of independent runs of the candidate with the metric." })
  candidateRuns!: number;

  @Field(() => String, { nullable: true, description: "Why the percent is null; null if it is defined." })
  reason!: string | null;
}

@ObjectType("RankAcross", { description: "The compared studies with runs at one rank.", simpleResolvers: true })
class RankAcrossType {
  @Field(() => Int, { description: "The rank r of all entries, 1 or more." })
  r!: number;

  @Field(() => [StudyAtRankType], {
    description: "One entry per study, in the order of the requested slugs. The order is no ranking.",
  })
  entries!: readonly StudyAtRankType[];
}

@ObjectType("StudyAcross", { description: "The summary of one compared study.", simpleResolvers: true })
class StudyAcrossType {
  @Field(() => StudyType, { description: "The summarised study." })
  study!: object;

  @Field(() => MinimumViableRankType, {
    description: "r* of this study for the requested metric and threshold.",
  })
  minimumViableRank!: object;

  @Field(() => Float, {
    nullable: true,
    description: `Mean over the ranks of each rank's mean cosine similarity over its pairs of seeds, from stored comparisons only; null if none is stored. At most ${MAX_STORED_PAIRS} pairs of a rank count. Ranks whose runs started from different A are excluded, see differentStartRanks.`,
  })
  meanCosineSimilarity!: (() => Promise<number | null>) | number | null;

  @Field(() => Int, {
    description:
      "Number of layers, over the included ranks and pairs of seeds, with a stored and defined cosine similarity.",
  })
  comparedLayers!: (() => Promise<number>) | number;

  @Field(() => Int, {
    description:
      "Number of layers, over all ranks and pairs of seeds, whose comparison is not stored yet. precomputeStudy computes them.",
  })
  missingLayers!: (() => Promise<number>) | number;

  @Field(() => [Int], {
    description: "Ranks that the mean excludes because their runs started from different A, ascending.",
  })
  differentStartRanks!: (() => Promise<readonly number[]>) | readonly number[];

  @Field(() => Float, {
    nullable: true,
    description:
      "(baseline - candidate) / baseline * 100 of peak memory: mean over the ranks that have both; null if no rank has.",
  })
  memoryReductionPercent!: number | null;
}

@ObjectType("StudyComparison", { description: "A comparison of several studies.", simpleResolvers: true })
class StudyComparisonType {
  @Field(() => [RankAcrossType], { description: "The degradations by rank, ascending." })
  byRank!: readonly RankAcrossType[];

  @Field(() => [StudyAcrossType], { description: "One summary per study, in the order of the requested slugs." })
  byStudy!: readonly StudyAcrossType[];

  @Field(() => [String], { description: "Requested slugs that no study has." })
  missingSlugs!: readonly string[];
}

/** Maximum number of studies, because the whole result is held in memory. */
const MAX_STUDIES = 1_000;

/** Compares studies. The number of SQL statements does not grow with the number of studies. */
@Resolver()
export class StudyComparisonResolver {
  @Requires("reader")
  @Costs({ points: ({ slugs }) => lengthOf(slugs) * EXPECTED.ranks * EXPECTED.runsPerRank })
  @Query(() => StudyComparisonType, {
    description:
      "A comparison of several studies. Similarities come from stored comparisons only: this query computes and queues nothing.",
  })
  async compareStudies(
    @Arg("slugs", () => [String], {
      description: "Up to 1,000 slugs. Slugs that no study has are listed in missingSlugs.",
    })
    slugs: string[],
    @Arg("metric", () => MetricName, { description: "The metric of the degradations and r*." }) metric: MetricName,
    @Arg("thresholdPercent", () => Float, thresholdArg) thresholdPercent: number,
    @Arg("twoSided", () => Boolean, twoSidedArg) twoSided: boolean,
    @Ctx() context: Context,
  ): Promise<StudyComparisonType> {
    const { loaders } = context;
    const distinctSlugs = [...new Set(slugs)];
    checkNumberOfStudies(distinctSlugs.length);
    const loaded = await Promise.all(distinctSlugs.map((slug) => loaders.studyBySlug.load(slug)));
    const studies = loaded.filter((study) => study !== undefined);
    const ids = studies.map(({ id }) => id);
    const rule = { metric, thresholdPercent, twoSided };
    const { overviews: overviewById, summaryOf } = await overviewsOfStudies(context, ids, {
      rule,
      maxPairs: MAX_STORED_PAIRS,
    });
    const overviews = studies.flatMap((study) => {
      const overview = overviewById.get(study.id);
      return overview === undefined ? [] : [{ study, overview }];
    });
    return {
      byRank: degradationsByRank(overviews),
      byStudy: overviews.map(({ study, overview }) => ({
        study,
        minimumViableRank: overview.minimumViableRank,
        memoryReductionPercent: overview.memoryReductionPercent,
        meanCosineSimilarity: async () => (await summaryOf(study.id)).meanCosineSimilarity,
        comparedLayers: async () => (await summaryOf(study.id)).comparedLayers,
        missingLayers: async () => (await summaryOf(study.id)).missingLayers,
        differentStartRanks: async () => (await summaryOf(study.id)).differentStartRanks,
      })),
      missingSlugs: distinctSlugs.filter((_, i) => loaded[i] === undefined),
    };
  }
}

/** @throws ARGUMENT_INVALID */
function checkNumberOfStudies(count: number): void {
  if (count <= MAX_STUDIES) return;
  throw failure("ARGUMENT_INVALID", {
    where: "slugs",
    received: `${count} slugs`,
    allowed: `up to ${MAX_STUDIES}`,
    fix: "Compare fewer studies per request, or use experimentGroups, which aggregates over all studies.",
  });
}

/** Groups the degradations of all studies by rank, ascending. */
function degradationsByRank(
  studies: readonly { readonly study: Study; readonly overview: StudyOverview }[],
): RankAcrossType[] {
  const entriesByRank = new Map<number, StudyAtRankType[]>();
  for (const { study, overview } of studies) {
    for (const { rank, degradation } of overview.degradations) {
      const { percent, acceptable, verdict, certainty, interval, baseline, candidate, reason } = degradation;
      const entries = entriesByRank.get(rank) ?? [];
      const runs = { baselineRuns: baseline?.n ?? 0, candidateRuns: candidate?.n ?? 0 };
      entries.push({ study, percent, acceptable, verdict, certainty, interval, ...runs, reason });
      entriesByRank.set(rank, entries);
    }
  }
  return [...entriesByRank].map(([r, entries]) => ({ r, entries })).sort((left, right) => left.r - right.r);
}
