import { Field, Int, ObjectType } from "type-graphql";
import { ItemIdentity } from "../../model/enums/prediction.js";
import { PageInfo } from "../paging/page.js";

@ObjectType("PredictionSet", {
  description: "The answers of a run to the items of one task, from one file.",
  simpleResolvers: true,
})
export class PredictionSetType {
  @Field(() => String, { description: "Task: of the items, else of the file's name." })
  task!: string;

  @Field(() => String, {
    nullable: true,
    description: "Filter of lm-evaluation-harness through which answers were read; null for none, and for other tools.",
  })
  filter!: string | null;

  @Field(() => String, {
    description: "Form of the file: `lm-evaluation-harness`, `LLaMA-Factory`, `predictions.jsonl`.",
  })
  tool!: string;

  @Field(() => String, { description: "The file, relative to the study's folder." })
  source!: string;

  @Field(() => Int, { description: "Number of items." })
  n!: number;

  @Field(() => ItemIdentity, { description: "How the items are matched with those of another run." })
  identity!: ItemIdentity;

  @Field(() => [String], { description: "Metrics that the file gives for each item, such as `acc`." })
  metrics!: readonly string[];

  @Field(() => String, { description: "SHA-256 of the items, hexadecimal. Equal answers have equal hashes." })
  hash!: string;
}

@ObjectType({ description: "A page of the predictions of a run.", simpleResolvers: true })
export class PredictionSetPage {
  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [PredictionSetType], {
    description: "The sets of this page, at most `first`, by file, task and filter.",
  })
  nodes!: readonly object[];
}
