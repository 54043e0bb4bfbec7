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

  @Field(() => TextFilter, { nullable: true, description: "The run's name in its study: `16bit_r8`." })
  name?: TextFilter | null;

  @Field(() => MethodFilter, { nullable: true, description: "How the adapter was trained." })
  method?: MethodFilter | null;

  @Field(() => TextFilter, { nullable: true, description: "The label: `4bit`." })
  quantization?: TextFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Bits per base weight." })
  quantizationBits?: IntFilter | null;

  @Field(() => TextFilter, { nullable: true, description: "`nf4`, `int8`." })
  quantizationScheme?: TextFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "The rank r it was trained at, 1 or more." })
  rank?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Seed of the run; unknown where it was not recorded." })
  seed?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Optimizer steps." })
  steps?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Training examples." })
  numSamples?: IntFilter | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "true: adapter weights of the run were found in its folder; false: none were.",
  })
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

  @Field(() => TextFilter, { nullable: true, description: "The name in URLs and queries: `gpt2-medium-alpaca`." })
  slug?: TextFilter | null;

  @Field(() => TextFilter, { nullable: true, description: "The display name, which several studies may share." })
  name?: TextFilter | null;

  @Field(() => TextFilter, {
    nullable: true,
    description: "`base_model_name_or_path` of the adapters; unknown while none has named it.",
  })
  baseModel?: TextFilter | null;

  @Field(() => TagsFilter, { nullable: true, description: "The labels given by people." })
  tags?: TagsFilter | null;

  @Field(() => RanksFilter, { nullable: true, description: "The ranks of which the study has a run." })
  ranks?: RanksFilter | null;

  @Field(() => TimeFilter, { nullable: true, description: "When the study was first imported." })
  createdAt?: TimeFilter | null;

  @Field(() => TimeFilter, { nullable: true, description: "When an import last changed the study." })
  updatedAt?: TimeFilter | null;

  @Field(() => String, {
    nullable: true,
    description: "Words, each of which must occur in the slug, the name, the base model or a tag, whatever the case.",
  })
  search?: string | null;

  @Field(() => ExperimentsFilter, { nullable: true, description: "What its runs are like." })
  experiments?: ExperimentsFilter | null;
}
