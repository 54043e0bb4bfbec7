import { Field, Float, Int, ObjectType } from "type-graphql";
import { AcceptanceVerdict } from "../../model/enums/acceptance.js";
import { MinimumViableRankType } from "../rank/minimum-viable-rank.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("StudyAtRank", { description: "One study's degradation at one rank.", simpleResolvers: true })
export class StudyAtRankType {
  @Field(() => StudyType, { description: "The study that trained this rank." })
  study!: object;

  @Field(() => Float, {
    nullable: true,
    description: "(candidate - baseline) / baseline * 100, of the means over seeds. Null: see reason.",
  })
  percent!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the percent is under the threshold; null where the percent is.",
  })
  acceptable!: boolean | null;

  @Field(() => AcceptanceVerdict, {
    description:
      "By the interval too, where seeds give one: INCONCLUSIVE where it straddles the threshold or there is no percent.",
  })
  verdict!: AcceptanceVerdict;

  @Field(() => String, { nullable: true, description: "Why the percent is null." })
  reason!: string | null;
}

@ObjectType("RankAcross", { description: "All compared studies that trained one rank.", simpleResolvers: true })
export class RankAcrossType {
  @Field(() => Int, { description: "The rank, 1 or more, that all of the entries trained." })
  r!: number;

  @Field(() => [StudyAtRankType], { description: "In the order of the slugs asked for." })
  entries!: StudyAtRankType[];
}

@ObjectType("StudyAcross", { description: "One study among those compared.", simpleResolvers: true })
export class StudyAcrossType {
  @Field(() => StudyType, { description: "The study that this row sums up." })
  study!: object;

  @Field(() => MinimumViableRankType, {
    description: "r* of this study, for the metric and the threshold asked about.",
  })
  minimumViableRank!: object;

  @Field(() => Float, {
    nullable: true,
    description:
      "Mean over the ranks of each rank's mean cosine, of stored comparisons only; null where none is stored. Ranks whose runs started from different A are left out, see differentStartRanks.",
  })
  meanCosineSimilarity!: (() => Promise<number | null>) | number | null;

  @Field(() => Int, { description: "Layers, over the ranks that count, whose cosine is stored and defined." })
  comparedLayers!: (() => Promise<number>) | number;

  @Field(() => Int, {
    description: "Layers, over all ranks, whose comparison is not stored yet; precomputeStudy computes them.",
  })
  missingLayers!: (() => Promise<number>) | number;

  @Field(() => [Int], { description: "Ranks left out of the mean: their runs started from different A. Ascending." })
  differentStartRanks!: (() => Promise<readonly number[]>) | readonly number[];

  @Field(() => Float, {
    nullable: true,
    description:
      "(baseline - candidate) / baseline * 100 of peak memory, mean over the ranks that have both; null where none has.",
  })
  memoryReductionPercent!: number | null;
}

@ObjectType("StudyComparison", { description: "Several studies side by side.", simpleResolvers: true })
export class StudyComparisonType {
  @Field(() => [RankAcrossType], { description: "Ascending." })
  byRank!: RankAcrossType[];

  @Field(() => [StudyAcrossType], { description: "In the order of the slugs asked for." })
  byStudy!: StudyAcrossType[];

  @Field(() => [String], { description: "Slugs asked for that no study has." })
  missingSlugs!: string[];
}
