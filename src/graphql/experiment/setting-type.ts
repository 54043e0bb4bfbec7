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
}
