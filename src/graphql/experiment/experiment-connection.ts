import { Field, Int, ObjectType } from "type-graphql";
import { PageInfo } from "../paging/page-info.js";
import { ExperimentType } from "./experiment-type.js";

@ObjectType({ description: "A run in a list of runs.", simpleResolvers: true })
export class ExperimentEdge {
  @Field(() => String, { description: "Pass it as `after` to get the runs after this one." })
  cursor!: string;

  @Field(() => ExperimentType, { description: "The run at this cursor." })
  node!: object;
}

@ObjectType({
  description: "A page of experiments, ordered by rank, then by bits (most first), then by name.",
  simpleResolvers: true,
})
export class ExperimentConnection {
  @Field(() => Int, { description: "Exact number of runs in the whole list." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo | (() => Promise<PageInfo>);

  @Field(() => [ExperimentType], {
    description: "The runs of this page without their cursors; at most `first` runs.",
  })
  nodes!: readonly object[] | (() => Promise<readonly object[]>);

  @Field(() => [ExperimentEdge], { description: "The runs of this page with their cursors." })
  edges!: readonly ExperimentEdge[] | (() => Promise<readonly ExperimentEdge[]>);
}
