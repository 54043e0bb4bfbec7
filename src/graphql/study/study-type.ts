import { Field, ID, ObjectType } from "type-graphql";

@ObjectType("Study", {
  description: "Runs that belong together: one base model, one data set, a baseline and one or more candidates.",
  simpleResolvers: true,
})
export class StudyType {
  @Field(() => ID, { description: "Stays the same when it is imported again; queries take the slug instead." })
  id!: string;

  @Field(() => String, { description: "Stable name in URLs and queries: `gpt2-medium-alpaca`." })
  slug!: string;

  @Field(() => String, { description: "Display name." })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: "`base_model_name_or_path` of the adapters; null while none has named it.",
  })
  baseModel!: string | null;

  @Field(() => [String], { description: "Labels given by people." })
  tags!: string[];

  @Field(() => Date, { description: "When the study was first imported." })
  createdAt!: Date;

  @Field(() => Date, { description: "When an import last changed it." })
  updatedAt!: Date;
}
