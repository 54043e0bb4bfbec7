import { Field, Float, Int, ObjectType } from "type-graphql";
import { FlipDirection, PairedIntervalMethod } from "../../model/enums/prediction.js";
import { PageInfo } from "../paging/page.js";
import { IntervalType } from "../rank/interval.js";
import { MeanTestType } from "../rank/mean-test.js";
import { PredictionSetType } from "./prediction-set.js";

@ObjectType({ description: "Number of items on which two runs agree.", simpleResolvers: true })
export class MatchCount {
  @Field(() => Int, { description: "Joined items that have what is matched in both runs." })
  n!: number;

  @Field(() => Int, { description: "Items of `n` that match." })
  matches!: number;
}

@ObjectType({ description: "Answers that equal their target, without white space around both.", simpleResolvers: true })
export class ExactMatch {
  @Field(() => Int, { description: "Joined items that have an answer and a target in both runs." })
  n!: number;

  @Field(() => Int, { description: "Items of `n` that the baseline answered with the target." })
  baseline!: number;

  @Field(() => Int, { description: "Items of `n` that the candidate answered with the target." })
  candidate!: number;
}

@ObjectType({ description: "Equal token ids of two runs.", simpleResolvers: true })
export class TokenMatch {
  @Field(() => Float, {
    nullable: true,
    description:
      "Mean over the items of the share of positions with equal ids, of the positions that both answers have. Null without token ids in both files.",
  })
  share!: number | null;

  @Field(() => Int, { description: "Joined items that have token ids in both runs." })
  n!: number;

  @Field(() => String, { nullable: true, description: "Why there is no share; null if there is one." })
  reason!: string | null;
}

@ObjectType({ description: "Items by which of two runs answered them correctly.", simpleResolvers: true })
export class FlipCounts {
  @Field(() => Int, { description: "Items that both answered correctly." })
  bothRight!: number;

  @Field(() => Int, { description: "Items that neither answered correctly." })
  bothWrong!: number;

  @Field(() => Int, { description: "Items that only the baseline answered correctly." })
  rightToWrong!: number;

  @Field(() => Int, { description: "Items that only the candidate answered correctly." })
  wrongToRight!: number;

  @Field(() => Float, {
    description: "Two-sided p of flips in both directions being equally likely: McNemar's exact test. 1 without flips.",
  })
  p!: number;
}

@ObjectType({ description: "The compared metric over the items that have it in both runs.", simpleResolvers: true })
export class ItemMetric {
  @Field(() => String, { description: "Name of the metric; `exact_match` for the answers that equal their target." })
  name!: string;

  @Field(() => Int, { description: "Number of items." })
  n!: number;

  @Field(() => Float, { nullable: true, description: "Mean of the baseline; null without items." })
  baseline!: number | null;

  @Field(() => Float, { nullable: true, description: "Mean of the candidate; null without items." })
  candidate!: number | null;

  @Field(() => Float, { nullable: true, description: "Mean of candidate - baseline; null without items." })
  mean!: number | null;

  @Field(() => IntervalType, {
    nullable: true,
    description: "Confidence interval of the mean difference over items; null for the reason in intervalReason.",
  })
  interval!: object | null;

  @Field(() => PairedIntervalMethod, { nullable: true, description: "Method of the interval; null without one." })
  intervalMethod!: PairedIntervalMethod | null;

  @Field(() => String, {
    nullable: true,
    description: "Why there is no interval, or why another method was used; null otherwise.",
  })
  intervalReason!: string | null;

  @Field(() => MeanTestType, {
    nullable: true,
    description: "Paired t-test of a mean difference of 0; null without variation, or with fewer than two items.",
  })
  test!: object | null;

  @Field(() => FlipCounts, {
    nullable: true,
    description: "Right and wrong answers; null for a metric with other values than 0 and 1.",
  })
  flips!: object | null;
}

@ObjectType({ description: "A text of an item.", simpleResolvers: true })
class ItemText {
  @Field(() => String, { description: "The text; its beginning if it is longer than 20,000 characters." })
  text!: string;

  @Field(() => Int, { description: "Length of the whole text in UTF-16 code units." })
  characters!: number;
}

@ObjectType({ description: "An item that one run answered correctly and the other did not.", simpleResolvers: true })
class FlippedItem {
  @Field(() => String, { description: "Identity of the item: its id, or its number in the file." })
  item!: string;

  @Field(() => FlipDirection, { description: "How the correctness changed from baseline to candidate." })
  direction!: FlipDirection;

  @Field(() => ItemText, { nullable: true, description: "Prompt of the baseline; null if the file has none." })
  prompt!: object | null;

  @Field(() => ItemText, { nullable: true, description: "Right answer; null if the file has none." })
  target!: object | null;

  @Field(() => ItemText, { nullable: true, description: "Answer of the baseline; null if the file has none." })
  baseline!: object | null;

  @Field(() => ItemText, { nullable: true, description: "Answer of the candidate; null if the file has none." })
  candidate!: object | null;
}

@ObjectType({ description: "A page of flipped items.", simpleResolvers: true })
export class FlippedItemPage {
  @Field(() => Int, { description: "Number of flipped items in the requested directions." })
  totalCount!: number;

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [FlippedItem], {
    description: "The items of this page, at most `first`, in the order of the baseline's file.",
  })
  nodes!: readonly object[];
}

@ObjectType("PredictionComparison", { description: "Two runs' answers to the same items of one task." })
export class PredictionComparisonType {
  @Field(() => PredictionSetType, { description: "The compared file of the baseline." })
  baseline!: object;

  @Field(() => PredictionSetType, { description: "The compared file of the candidate." })
  candidate!: object;

  @Field(() => Boolean, {
    description:
      "Whether items are matched by an assumption: their position, because they have no id. See differentPrompts.",
  })
  isAssumed!: boolean;

  @Field(() => Int, { description: "Number of items that both runs answered." })
  joined!: number;

  @Field(() => Int, { description: "Number of items that only the baseline answered. They are not compared." })
  onlyBaseline!: number;

  @Field(() => Int, { description: "Number of items that only the candidate answered. They are not compared." })
  onlyCandidate!: number;

  @Field(() => Int, {
    description:
      "Number of joined items whose prompts differ, for example in their examples. The comparison is then confounded.",
  })
  differentPrompts!: number;

  @Field(() => MatchCount, { description: "Answers with equal texts, character by character." })
  textMatch!: MatchCount;

  @Field(() => ExactMatch, { description: "Answers that equal their target." })
  exactMatch!: ExactMatch;

  @Field(() => TokenMatch, { description: "Equal token ids at equal positions." })
  tokenMatch!: TokenMatch;

  @Field(() => ItemMetric, { description: "The compared metric, with its difference and flips." })
  metric!: ItemMetric;
}
