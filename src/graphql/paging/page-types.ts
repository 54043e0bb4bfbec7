import { Field, Int, ObjectType } from "type-graphql";
import { ExperimentType } from "../experiment/experiment-type.js";
import { StudyType } from "../study/study-type.js";

@ObjectType({ description: "Where a page of a list stands (Relay).", simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: "Whether the list goes on after endCursor." })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: "Pass it as `after` for the next page; null on an empty page." })
  endCursor!: string | null;
}

@ObjectType({ description: "A study in its list.", simpleResolvers: true })
export class StudyEdge {
  @Field(() => String, { description: "Pass it as `after` for what follows this study." })
  cursor!: string;

  @Field(() => StudyType, { description: "The study that the cursor is of." })
  node!: object;
}

@ObjectType({ description: "A page of studies.", simpleResolvers: true })
export class StudyConnection {
  @Field(() => Int, { description: "Of the whole list, exact; counted when it is asked for." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether the list goes on, and from where." })
  pageInfo!: PageInfo;

  @Field(() => [StudyType], {
    description: "The studies of this page, without their cursors; at most as many as `first`.",
  })
  nodes!: readonly object[];

  @Field(() => [StudyEdge], { description: "The same studies, each with its cursor." })
  edges!: readonly StudyEdge[] | (() => readonly StudyEdge[]);
}

@ObjectType({ description: "A run in its list.", simpleResolvers: true })
export class ExperimentEdge {
  @Field(() => String, { description: "Pass it as `after` for what follows this run." })
  cursor!: string;

  @Field(() => ExperimentType, { description: "The run that the cursor is of." })
  node!: object;
}

@ObjectType({
  description: "A page of experiments: by rank, then the more bits first, then by name.",
  simpleResolvers: true,
})
export class ExperimentConnection {
  @Field(() => Int, { description: "Of the whole list, exact." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether the list goes on, and from where." })
  pageInfo!: PageInfo | (() => Promise<PageInfo>);

  @Field(() => [ExperimentType], {
    description: "The runs of this page, without their cursors; at most as many as `first`.",
  })
  nodes!: readonly object[] | (() => Promise<readonly object[]>);

  @Field(() => [ExperimentEdge], { description: "The same runs, each with its cursor." })
  edges!: readonly ExperimentEdge[] | (() => Promise<readonly ExperimentEdge[]>);
}
