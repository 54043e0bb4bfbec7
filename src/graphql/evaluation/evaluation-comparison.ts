import { Field, Float, ObjectType } from "type-graphql";
import type { ItemDifference } from "../../derive/evaluations/item-difference.js";
import { EvaluationType } from "./evaluation-type.js";
import { ItemDifferenceType } from "./item-difference.js";

@ObjectType("EvaluationComparison", { description: "One metric of one task in two runs." })
export class EvaluationComparisonType {
  @Field(() => String, { description: "Name of the metric: `mmlu/acc`." })
  name!: string;

  @Field(() => String, { description: "Task, or group of tasks." })
  task!: string;

  @Field(() => EvaluationType, { nullable: true, description: "Result of the baseline; null if it has none." })
  baseline!: object | null;

  @Field(() => EvaluationType, { nullable: true, description: "Result of the candidate; null if it has none." })
  candidate!: object | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether higher values are better: as the files state, else by the name; null if neither tells.",
  })
  higherIsBetter!: boolean | null;

  @Field(() => ItemDifferenceType, { description: "candidate - baseline, with its uncertainty." })
  difference!: ItemDifference;

  @Field(() => Float, {
    nullable: true,
    description:
      "`p` of the difference, adjusted by Holm's method for all tasks and metrics of this comparison (those of other pages included). Null for groups, whose items are those of their tasks, and without p.",
  })
  adjustedP!: number | null;

  @Field(() => [String], {
    description:
      "Conditions that differ between the two evaluations, such as `shots: 0 and 5`. The difference is then confounded.",
  })
  unequal!: readonly string[];
}
