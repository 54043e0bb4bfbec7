import { Field, Float, Int, ObjectType } from "type-graphql";
import { PageInfo } from "../paging/page.js";

@ObjectType("Evaluation", {
  description: "The value of one metric of one task, as an evaluation tool measured it.",
  simpleResolvers: true,
})
export class EvaluationType {
  @Field(() => String, {
    description:
      "Name of the value among the run's metrics, for `metricKey`: `mmlu/acc`, `gsm8k/exact_match,strict-match`.",
  })
  name!: string;

  @Field(() => String, { description: "Task, or group of tasks: `mmlu`." })
  task!: string;

  @Field(() => String, { description: "Metric of the task: `acc`, `exact_match`." })
  metric!: string;

  @Field(() => String, {
    nullable: true,
    description: "Filter of lm-evaluation-harness through which answers were read; null for none, and for other tools.",
  })
  filter!: string | null;

  @Field(() => Float, { nullable: true, description: "Value in the unit of the metric; null if NaN or infinite." })
  value!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Standard error over the items, in the unit of the value; null if the tool does not report it.",
  })
  standardError!: number | null;

  @Field(() => Int, { nullable: true, description: "Number of evaluated items; null if unknown." })
  sampleCount!: number | null;

  @Field(() => Int, { nullable: true, description: "Number of examples in the prompt; null if unknown." })
  shots!: number | null;

  @Field(() => String, { nullable: true, description: "Version of the task; null if unknown." })
  taskVersion!: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether higher values are better, as the tool states; null if it does not.",
  })
  higherIsBetter!: boolean | null;

  @Field(() => String, {
    description: "Tool that measured the value: `lm-evaluation-harness`, `lighteval`, `llama.cpp`.",
  })
  tool!: string;

  @Field(() => [String], { description: "Members of a group of tasks; empty for a task." })
  subtasks!: readonly string[];

  @Field(() => String, { description: "File with the value, relative to the study's folder." })
  source!: string;
}

@ObjectType({ description: "A page of the evaluations of a run.", simpleResolvers: true })
export class EvaluationPage {
  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [EvaluationType], { description: "The results of this page, at most `first`, by file and position." })
  nodes!: readonly object[];
}
