import { Field, ObjectType } from "type-graphql";
import { GraphQLJSON } from "graphql-scalars";
import { Certainty } from "../../model/enums/setting.js";
import type { SettingValue } from "../../model/settings.js";

@ObjectType({ description: "Where the value of a setting comes from.", simpleResolvers: true })
export class SettingSource {
  @Field(() => String, {
    nullable: true,
    description: "File with the value, relative to the study's folder; null if no file has it.",
  })
  file!: string | null;

  @Field(() => String, {
    description: "Key or column in the file; the name that has the value; or the rule by which it is assumed.",
  })
  key!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Id of the access token of the person who stated the value (updateExperiment); null if the server requires no token, or if nobody stated it.",
  })
  statedBy?: string | null;

  @Field(() => Date, { nullable: true, description: "When a person stated the value; null if nobody did." })
  statedAt?: Date | null;
}

@ObjectType({ description: "The value of a setting that a stated one replaces.", simpleResolvers: true })
export class ReplacedSetting {
  @Field(() => GraphQLJSON, { description: "The value of the run's files, or of its name." })
  value!: SettingValue;

  @Field(() => SettingSource, { description: "The most trusted source of this value." })
  source!: SettingSource;

  @Field(() => Certainty, { description: "Whether the value is stated, read from a name, or assumed." })
  certainty!: Certainty;
}

@ObjectType({ description: "One setting of a run, with its provenance.", simpleResolvers: true })
export class Setting {
  @Field(() => String, { description: "Name of the setting: `learning_rate`, `bits`, `data_seed`." })
  field!: string;

  @Field(() => GraphQLJSON, { description: "Text, number, truth value, or a list of them." })
  value!: SettingValue;

  @Field(() => SettingSource, { description: "The source that is trusted most of those that have the setting." })
  source!: SettingSource;

  @Field(() => Certainty, { description: "Whether the value is stated, read from a name, or assumed." })
  certainty!: Certainty;

  @Field(() => ReplacedSetting, {
    nullable: true,
    description:
      "What the run's files have, if a person has stated the value (updateExperiment); null if they have nothing, or if nobody stated it.",
  })
  replaced!: ReplacedSetting | null;
}
