import { Field, Int, ObjectType } from "type-graphql";
import { ExperimentType } from "./experiment.js";
import { StudyType } from "./study.js";

@ObjectType({ description: "Where a page of a list stands (Relay)." })
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: "Pass it as `after` for the next page; null on an empty page." })
  endCursor!: string | null;
}

@ObjectType({ description: "A page of studies." })
export class StudyConnection {
  @Field(() => Int, { description: "Of the whole list." })
  totalCount!: number;

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => [StudyType])
  nodes!: object[];
}

@ObjectType({ description: "A page of experiments: by rank, then the more bits first, then by name." })
export class ExperimentConnection {
  @Field(() => Int, { description: "Of the whole list." })
  totalCount!: number;

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => [ExperimentType])
  nodes!: object[];
}
