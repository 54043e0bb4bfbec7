import { Field, ID, Int, ObjectType } from "type-graphql";

@ObjectType("Rank", { description: "One rank r of a study, with the experiments that were trained at it." })
export class RankType {
  @Field(() => ID, { description: "Id of this rank in this study. Arguments named `rank` take r instead." })
  id!: string;

  @Field(() => Int, {
    description: "The rank r, 1 or more: rows of A and columns of B. Arguments named `rank` take this value.",
  })
  r!: number;
}
