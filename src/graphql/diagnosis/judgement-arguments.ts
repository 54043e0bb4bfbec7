import { ArgsType, Field, Float, ID, InputType, Int } from "type-graphql";
import { DEFAULT_RULE } from "../../analysis/judgement/judgement-options.js";
import { DEFAULT_SEED_ANALYSIS } from "../../derive/degradation/seed-analysis.js";
import type { RolesRequest, RunSelection } from "../../derive/runs/resolve-roles.js";
import { RuleSet } from "../../model/enums/verdict.js";
import { IntervalChoice } from "../../model/enums/statistics.js";
import { Method, MetricName, MetricPoint } from "../../model/enums/run.js";
import { ConfigFilter } from "../filter/value-filters.js";
import { similarityThresholdArg, thresholdArg, twoSidedArg, waitSecondsArg } from "../arguments.js";

@InputType({ description: "Selects the runs of a baseline or candidate: those that match all given properties." })
class ConfigurationInput implements RunSelection {
  @Field(() => String, { nullable: true, description: "Quantization label in the study: `16bit`." })
  quantization?: string | null;

  @Field(() => Method, { nullable: true, description: "Training method of the adapters; any method by default." })
  method?: Method | null;

  @Field(() => [ID], { nullable: true, description: "Ids of experiments." })
  experiments?: string[] | null;

  @Field(() => [ConfigFilter], { nullable: true, description: "All of these conditions on settings hold." })
  config?: ConfigFilter[] | null;
}

/** Arguments that choose the baseline and the candidate. */
@ArgsType()
export class RolesArguments implements RolesRequest {
  @Field(() => ConfigurationInput, {
    nullable: true,
    description: "The baseline; by default the configuration with the most bits per base weight, see roles.",
  })
  baseline?: ConfigurationInput | null;

  @Field(() => ConfigurationInput, {
    nullable: true,
    description: "The candidate; by default the configuration with the fewest bits per base weight.",
  })
  candidate?: ConfigurationInput | null;
}

/** Arguments that choose a value of a metric, and its better direction. */
@ArgsType()
class MetricValueArguments extends RolesArguments {
  @Field(() => String, {
    nullable: true,
    description: "Any other metric, by the name it was recorded or logged under. Overrides `metric`.",
  })
  metricKey?: string | null;

  @Field(() => MetricPoint, {
    defaultValue: MetricPoint.RECORDED,
    description: "The value that represents a run: the recorded scalar, or a value of the logged curve.",
  })
  at!: MetricPoint;

  @Field(() => Int, { nullable: true, description: "The optimizer step for `at: STEP`." })
  step?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether higher values are better. By default inferred from the name: losses, errors and distances are better when lower; accuracies, matches and rewards when higher. With an unknown name, verdicts are INCONCLUSIVE.",
  })
  higherIsBetter?: boolean | null;
}

/** Arguments that choose a metric. */
@ArgsType()
export class MetricArguments extends MetricValueArguments {
  @Field(() => MetricName, {
    defaultValue: DEFAULT_RULE.metric,
    description: "The metric to judge. Lower is better for each of these. metricKey overrides it.",
  })
  metric!: MetricName;
}

/** Arguments that choose a metric, by default the evaluation loss where there is one. */
@ArgsType()
export class PreferredMetricArguments extends MetricValueArguments {
  @Field(() => MetricName, {
    nullable: true,
    description:
      "The metric to judge; by default EVAL_LOSS if a run has it, else TRAINING_LOSS. metricKey overrides it.",
  })
  metric?: MetricName | null;
}

/** Arguments that define how a metric is judged. */
@ArgsType()
export class JudgementArguments extends MetricArguments {
  @Field(() => Float, thresholdArg)
  thresholdPercent!: number;

  @Field(() => Boolean, twoSidedArg)
  twoSided!: boolean;

  @Field(() => RuleSet, {
    defaultValue: RuleSet.RANKSCOPE,
    description: "The rules to apply. NOTEBOOK is always two-sided and ignores `twoSided`.",
  })
  rules!: RuleSet;

  @Field(() => IntervalChoice, {
    defaultValue: DEFAULT_SEED_ANALYSIS.interval,
    description: "Method for the confidence interval over independent runs.",
  })
  interval!: IntervalChoice;

  @Field(() => Float, {
    defaultValue: DEFAULT_SEED_ANALYSIS.confidence,
    description: "Confidence level of the interval, 0.5 to 0.999.",
  })
  confidence!: number;

  @Field(() => Int, {
    defaultValue: DEFAULT_SEED_ANALYSIS.resamples,
    description: "Number of bootstrap resamples, 100 to 10000. A bootstrap needs 8 independent runs each.",
  })
  resamples!: number;

  @Field(() => Int, {
    defaultValue: DEFAULT_SEED_ANALYSIS.seed,
    description: "Random seed of the bootstrap. Equal seeds give equal intervals.",
  })
  bootstrapSeed!: number;

  @Field(() => Boolean, {
    defaultValue: DEFAULT_SEED_ANALYSIS.paired,
    description:
      "Compare runs with equal seeds pairwise. Needs at least two seeds with exactly one run each in baseline and candidate.",
  })
  paired!: boolean;
}

/** Arguments that define how a study is judged, weights included. */
@ArgsType()
export class StudyJudgementArguments extends JudgementArguments {
  @Field(() => Float, similarityThresholdArg)
  similarityThreshold!: number;

  @Field(() => Float, {
    defaultValue: DEFAULT_RULE.sensitivitySpread,
    description: "No longer used: H2 is judged by measured sensitivities over seeds, not by the range of cosines.",
  })
  sensitivitySpread!: number;

  @Field(() => Float, waitSecondsArg)
  waitSeconds?: number | null;
}
