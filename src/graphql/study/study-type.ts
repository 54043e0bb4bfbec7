import { Field, ID, ObjectType } from "type-graphql";

@ObjectType("Study", {
  description: "Runs that belong together: one base model, one data set, a baseline and one or more candidates.",
  simpleResolvers: true,
})
export class StudyType {
  @Field(() => ID, { description: "Id that stays the same when the study is imported again. Queries take the slug." })
  id!: string;

  @Field(() => String, { description: "Unique, stable name in URLs and queries: `gpt2-medium-alpaca`." })
  slug!: string;

  @Field(() => String, { description: "Display name." })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: "`base_model_name_or_path` of the adapters; null if no adapter names one.",
  })
  baseModel!: string | null;

  @Field(() => [String], { description: "Labels that users have added." })
  tags!: string[];

  @Field(() => Date, {
    nullable: true,
    description: "Time at which the study was archived: lists leave it out by default. Null if it is not archived.",
  })
  archivedAt!: Date | null;

  @Field(() => Date, { description: "Time of the first import." })
  createdAt!: Date;

  @Field(() => Date, { description: "Time of the last import, or statement of a person, that changed the study." })
  updatedAt!: Date;
}
