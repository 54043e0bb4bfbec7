/** Both filters in one file: each names the other. */

import { Field, InputType } from "type-graphql";
import {
  ConfigFilter,
  IntFilter,
  MethodFilter,
  MetricFilter,
  RanksFilter,
  TagsFilter,
  TextFilter,
  TimeFilter,
} from "./value-filters.js";

const optional = { nullable: true } as const;

@InputType({ description: "Which runs to take: all conditions must hold; null and left out are no condition." })
export class ExperimentFilter {
  @Field(() => [ExperimentFilter], { nullable: true, description: "All of them." })
  and?: ExperimentFilter[] | null;

  @Field(() => [ExperimentFilter], {
    nullable: true,
    description: "At least one of them; none where the list is empty.",
  })
  or?: ExperimentFilter[] | null;

  @Field(() => ExperimentFilter, { nullable: true, description: "All runs but these." })
  not?: ExperimentFilter | null;

  @Field(() => StudyFilter, { nullable: true, description: "The study that the run belongs to." })
  study?: StudyFilter | null;

  @Field(() => TextFilter, optional)
  name?: TextFilter | null;

  @Field(() => MethodFilter, optional)
  method?: MethodFilter | null;

  @Field(() => TextFilter, { nullable: true, description: "The label: `4bit`." })
  quantization?: TextFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Bits per base weight." })
  quantizationBits?: IntFilter | null;

  @Field(() => TextFilter, { nullable: true, description: "`nf4`, `int8`." })
  quantizationScheme?: TextFilter | null;

  @Field(() => IntFilter, optional)
  rank?: IntFilter | null;

  @Field(() => IntFilter, optional)
  seed?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Optimizer steps." })
  steps?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Training examples." })
  numSamples?: IntFilter | null;

  @Field(() => Boolean, optional)
  hasWeights?: boolean | null;

  @Field(() => [MetricFilter], { nullable: true, description: "All of them." })
  metric?: MetricFilter[] | null;

  @Field(() => [ConfigFilter], { nullable: true, description: "All of them." })
  config?: ConfigFilter[] | null;
}

@InputType({ description: "Conditions on a study's runs, all of which must hold." })
export class ExperimentsFilter {
  @Field(() => ExperimentFilter, { nullable: true, description: "At least one run is such." })
  some?: ExperimentFilter | null;

  @Field(() => ExperimentFilter, { nullable: true, description: "All runs are such; also where there are none." })
  every?: ExperimentFilter | null;

  @Field(() => ExperimentFilter, { nullable: true, description: "No run is such." })
  none?: ExperimentFilter | null;
}

@InputType({ description: "Which studies to take: all conditions must hold; null and left out are no condition." })
export class StudyFilter {
  @Field(() => [StudyFilter], { nullable: true, description: "All of them." })
  and?: StudyFilter[] | null;

  @Field(() => [StudyFilter], { nullable: true, description: "At least one of them; none where the list is empty." })
  or?: StudyFilter[] | null;

  @Field(() => StudyFilter, { nullable: true, description: "All studies but these." })
  not?: StudyFilter | null;

  @Field(() => TextFilter, optional)
  slug?: TextFilter | null;

  @Field(() => TextFilter, optional)
  name?: TextFilter | null;

  @Field(() => TextFilter, optional)
  baseModel?: TextFilter | null;

  @Field(() => TagsFilter, optional)
  tags?: TagsFilter | null;

  @Field(() => RanksFilter, optional)
  ranks?: RanksFilter | null;

  @Field(() => TimeFilter, optional)
  createdAt?: TimeFilter | null;

  @Field(() => TimeFilter, optional)
  updatedAt?: TimeFilter | null;

  @Field(() => String, {
    nullable: true,
    description: "Words, each of which must occur in the slug, the name, the base model or a tag, whatever the case.",
  })
  search?: string | null;

  @Field(() => ExperimentsFilter, optional)
  experiments?: ExperimentsFilter | null;
}
