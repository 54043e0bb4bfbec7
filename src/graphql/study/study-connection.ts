import { Field, Int, ObjectType } from "type-graphql";
import { PageInfo } from "../paging/page-info.js";
import { StudyType } from "./study-type.js";

@ObjectType({ description: "A study in a list of studies.", simpleResolvers: true })
export class StudyEdge {
  @Field(() => String, { description: "Pass it as `after` to get the studies after this one." })
  cursor!: string;

  @Field(() => StudyType, { description: "The study at this cursor." })
  node!: object;
}

@ObjectType({ description: "A page of studies.", simpleResolvers: true })
export class StudyConnection {
  @Field(() => Int, { description: "Exact number of studies in the whole list, counted only if requested." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [StudyType], {
    description: "The studies of this page without their cursors; at most `first` studies.",
  })
  nodes!: readonly object[];

  @Field(() => [StudyEdge], { description: "The studies of this page with their cursors." })
  edges!: readonly StudyEdge[] | (() => readonly StudyEdge[]);
}
