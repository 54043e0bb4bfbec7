/** Both filters are in one file because they refer to each other. */

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

@InputType({ description: "Selects runs. All conditions must hold; null and omitted fields are ignored." })
export class ExperimentFilter {
  @Field(() => [ExperimentFilter], { nullable: true, description: "All of these filters match." })
  and?: ExperimentFilter[] | null;

  @Field(() => [ExperimentFilter], {
    nullable: true,
    description: "At least one of these filters matches. An empty list matches nothing.",
  })
  or?: ExperimentFilter[] | null;

  @Field(() => ExperimentFilter, { nullable: true, description: "This filter does not match." })
  not?: ExperimentFilter | null;

  @Field(() => StudyFilter, { nullable: true, description: "Conditions on the study of the run." })
  study?: StudyFilter | null;

  @Field(() => TextFilter, { nullable: true, description: "Name of the run in its study: `16bit_r8`." })
  name?: TextFilter | null;

  @Field(() => MethodFilter, { nullable: true, description: "Training method of the adapter." })
  method?: MethodFilter | null;

  @Field(() => TextFilter, { nullable: true, description: "Quantization label: `4bit`." })
  quantization?: TextFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Bits per base weight." })
  quantizationBits?: IntFilter | null;

  @Field(() => TextFilter, { nullable: true, description: "Quantization scheme: `nf4`, `int8`." })
  quantizationScheme?: TextFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Rank r that the run was trained at, 1 or more." })
  rank?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Random seed of the run; unknown if not recorded." })
  seed?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Number of optimizer steps." })
  steps?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: "Number of training examples." })
  numSamples?: IntFilter | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "true: the folder contains adapter weights of the run; false: it does not.",
  })
  hasWeights?: boolean | null;

  @Field(() => [MetricFilter], { nullable: true, description: "All of these conditions on recorded scalars hold." })
  metric?: MetricFilter[] | null;

  @Field(() => [ConfigFilter], {
    nullable: true,
    description: "All of these conditions on settings hold.",
  })
  config?: ConfigFilter[] | null;
}

@InputType({ description: "Conditions on the runs of a study. All must hold." })
class ExperimentsFilter {
  @Field(() => ExperimentFilter, { nullable: true, description: "At least one run matches." })
  some?: ExperimentFilter | null;

  @Field(() => ExperimentFilter, { nullable: true, description: "All runs match. A study without runs matches." })
  every?: ExperimentFilter | null;

  @Field(() => ExperimentFilter, { nullable: true, description: "No run matches." })
  none?: ExperimentFilter | null;
}

@InputType({ description: "Selects studies. All conditions must hold; null and omitted fields are ignored." })
export class StudyFilter {
  @Field(() => [StudyFilter], { nullable: true, description: "All of these filters match." })
  and?: StudyFilter[] | null;

  @Field(() => [StudyFilter], {
    nullable: true,
    description: "At least one of these filters matches. An empty list matches nothing.",
  })
  or?: StudyFilter[] | null;

  @Field(() => StudyFilter, { nullable: true, description: "This filter does not match." })
  not?: StudyFilter | null;

  @Field(() => TextFilter, { nullable: true, description: "Unique name in URLs and queries: `gpt2-medium-alpaca`." })
  slug?: TextFilter | null;

  @Field(() => TextFilter, { nullable: true, description: "Display name, which several studies can share." })
  name?: TextFilter | null;

  @Field(() => TextFilter, {
    nullable: true,
    description: "`base_model_name_or_path` of the adapters; unknown if no adapter names one.",
  })
  baseModel?: TextFilter | null;

  @Field(() => TagsFilter, { nullable: true, description: "Labels that users have added." })
  tags?: TagsFilter | null;

  @Field(() => RanksFilter, { nullable: true, description: "Ranks that the study has runs of." })
  ranks?: RanksFilter | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether the study is archived. Lists leave archived studies out unless the outermost filter has this condition or names slugs (`equals`, `in`), or includeArchived is true.",
  })
  archived?: boolean | null;

  @Field(() => TimeFilter, { nullable: true, description: "Time of the first import." })
  createdAt?: TimeFilter | null;

  @Field(() => TimeFilter, { nullable: true, description: "Time of the last import that changed the study." })
  updatedAt?: TimeFilter | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Words to search for. Each must occur in the slug, the name, the base model or a tag. Case-insensitive.",
  })
  search?: string | null;

  @Field(() => ExperimentsFilter, { nullable: true, description: "Conditions on the runs of the study." })
  experiments?: ExperimentsFilter | null;
}
