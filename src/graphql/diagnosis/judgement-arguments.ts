import { ArgsType, Field, Float, ID, InputType, Int } from "type-graphql";
import { DEFAULT_SEED_ANALYSIS } from "../../derive/degradation/change-statistics.js";
import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import { DEFAULT_RULE } from "../../analysis/default-rule.js";
import { similarityThresholdArg, thresholdArg, twoSidedArg, waitSecondsArg } from "../arguments.js";
import { RuleSet } from "../../model/enums/acceptance.js";
import { IntervalChoice } from "../../model/enums/interval.js";
import { Method } from "../../model/enums/method.js";
import { MetricName, MetricPoint } from "../../model/enums/metric.js";

@InputType({ description: "Which runs a side of a comparison is to have: those that fit all that is given." })
export class ConfigurationInput {
  @Field(() => String, { nullable: true, description: "As the study calls it: `16bit`." })
  quantization?: string | null;

  @Field(() => Method, {
    nullable: true,
    description: "How its adapters were trained; any method where it is not given.",
  })
  method?: Method | null;

  @Field(() => [ID], { nullable: true, description: "Ids of experiments." })
  experiments?: string[] | null;
}

/** Who is compared with whom. */
@ArgsType()
export class RolesArguments implements RolesRequest {
  @Field(() => ConfigurationInput, {
    nullable: true,
    description: "The baseline; by default the configuration of the most bits per base weight, see roles.",
  })
  baseline?: ConfigurationInput | null;

  @Field(() => ConfigurationInput, {
    nullable: true,
    description: "The candidate; by default that of the fewest bits.",
  })
  candidate?: ConfigurationInput | null;
}

/** Which metric is looked at. */
@ArgsType()
export class MetricArguments extends RolesArguments {
  @Field(() => MetricName, {
    defaultValue: DEFAULT_RULE.metric,
    description: "What is judged; less of each of these is better. metricKey takes its place.",
  })
  metric!: MetricName;

  @Field(() => String, {
    nullable: true,
    description: "Any other metric by the name it was recorded or logged under; takes the place of `metric`.",
  })
  metricKey?: string | null;

  @Field(() => MetricPoint, {
    defaultValue: MetricPoint.RECORDED,
    description: "Which value stands for a run: the recorded scalar, or one of its logged curve.",
  })
  at!: MetricPoint;

  @Field(() => Int, { nullable: true, description: "The optimizer step with `at: STEP`." })
  step?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether more of it is better; by its name where it is not said (accuracies, matches, similarities).",
  })
  higherIsBetter?: boolean | null;
}

/** How a metric is judged. */
@ArgsType()
export class JudgementArguments extends MetricArguments {
  @Field(() => Float, thresholdArg)
  thresholdPercent!: number;

  @Field(() => Boolean, twoSidedArg)
  twoSided!: boolean;

  @Field(() => RuleSet, { defaultValue: RuleSet.RANKSCOPE, description: "NOTEBOOK is two-sided whatever `twoSided`." })
  rules!: RuleSet;

  @Field(() => IntervalChoice, {
    defaultValue: DEFAULT_SEED_ANALYSIS.interval,
    description: "How the interval over seeds is found.",
  })
  interval!: IntervalChoice;

  @Field(() => Float, { defaultValue: DEFAULT_SEED_ANALYSIS.confidence, description: "Of the interval, 0.5 to 0.999." })
  confidence!: number;

  @Field(() => Int, {
    defaultValue: DEFAULT_SEED_ANALYSIS.resamples,
    description: "Samples a bootstrap draws, 100 to 10000.",
  })
  resamples!: number;

  @Field(() => Int, {
    defaultValue: DEFAULT_SEED_ANALYSIS.seed,
    description: "The same gives the same bootstrap interval.",
  })
  bootstrapSeed!: number;

  @Field(() => Boolean, {
    defaultValue: DEFAULT_SEED_ANALYSIS.paired,
    description: "Compare run with run of the same seed; needs two seeds that both sides have one run of.",
  })
  paired!: boolean;
}

/** How a study is judged, weights and all. */
@ArgsType()
export class StudyJudgementArguments extends JudgementArguments {
  @Field(() => Float, similarityThresholdArg)
  similarityThreshold!: number;

  @Field(() => Float, {
    defaultValue: DEFAULT_RULE.sensitivitySpread,
    description: "Layers count as differently sensitive when their cosines at one rank span at least this much.",
  })
  sensitivitySpread!: number;

  @Field(() => Float, waitSecondsArg)
  waitSeconds?: number | null;
}
