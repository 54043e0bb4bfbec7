import { Field, ObjectType } from "type-graphql";
import type { Interval, Sample } from "../../derive/statistics/sample.js";
import type { CostStatistics } from "../../derive/tradeoffs/diagnostic-summary.js";
import { VerdictCertainty } from "../../model/enums/statistics.js";
import { IntervalType } from "../rank/interval.js";
import { SampleType } from "../rank/sample.js";

@ObjectType("CostStatistics", {
  description: "The runs that a cost is a mean over, and how certain the comparison of baseline and candidate is.",
})
export class CostStatisticsType implements CostStatistics {
  @Field(() => SampleType, {
    nullable: true,
    description: "Mean, spread and number of independent runs of the baseline; null if none recorded the cost.",
  })
  baseline!: Sample | null;

  @Field(() => SampleType, {
    nullable: true,
    description: "Mean, spread and number of independent runs of the candidate; null if none recorded the cost.",
  })
  candidate!: Sample | null;

  @Field(() => IntervalType, {
    nullable: true,
    description: "95 % confidence interval of the comparison by Welch's t; null for the reason in `reason`.",
  })
  interval!: Interval | null;

  @Field(() => VerdictCertainty, {
    nullable: true,
    description: "POINT_ESTIMATE if another run may change the comparison; null without a comparison.",
  })
  certainty!: VerdictCertainty | null;

  @Field(() => String, {
    nullable: true,
    description: "Why there is no comparison, or no interval; null if there is an interval.",
  })
  reason!: string | null;
}
