import { Field, Int, ObjectType } from "type-graphql";
import { ExperimentType } from "./experiment.js";
import { StudyType } from "./study.js";

@ObjectType({ description: "Where a page of a list stands (Relay).", simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: "Pass it as `after` for the next page; null on an empty page." })
  endCursor!: string | null;
}

@ObjectType({ description: "A study in its list.", simpleResolvers: true })
export class StudyEdge {
  @Field(() => String, { description: "Pass it as `after` for what follows this study." })
  cursor!: string;

  @Field(() => StudyType)
  node!: object;
}

@ObjectType({ description: "A page of studies.", simpleResolvers: true })
export class StudyConnection {
  @Field(() => Int, { description: "Of the whole list, exact; counted when it is asked for." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => [StudyType])
  nodes!: readonly object[];

  @Field(() => [StudyEdge])
  edges!: readonly StudyEdge[] | (() => readonly StudyEdge[]);
}

@ObjectType({ description: "A run in its list.", simpleResolvers: true })
export class ExperimentEdge {
  @Field(() => String, { description: "Pass it as `after` for what follows this run." })
  cursor!: string;

  @Field(() => ExperimentType)
  node!: object;
}

@ObjectType({
  description: "A page of experiments: by rank, then the more bits first, then by name.",
  simpleResolvers: true,
})
export class ExperimentConnection {
  @Field(() => Int, { description: "Of the whole list, exact." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo)
  pageInfo!: PageInfo | (() => Promise<PageInfo>);

  @Field(() => [ExperimentType])
  nodes!: readonly object[] | (() => Promise<readonly object[]>);

  @Field(() => [ExperimentEdge])
  edges!: readonly ExperimentEdge[] | (() => Promise<readonly ExperimentEdge[]>);
}
