import { Arg, Ctx, Field, Float, Int, ObjectType, Query, Resolver } from "type-graphql";
import { checkConfigFields } from "../../analysis/across-studies/check-config-fields.js";
import { layerRows, type LayerRow, type LayerRowPosition } from "../../analysis/across-studies/layer-rows.js";
import { MAX_STORED_PAIRS } from "../../analysis/across-studies/stored-similarities.js";
import type { Interval } from "../../derive/statistics/sample.js";
import { UndefinedReason } from "../../model/enums/similarity.js";
import { leftOutArchived, withoutArchived } from "../../store/across/archived-studies.js";
import { countListedStudies } from "../../store/across/list-studies.js";
import { countLayerRows } from "../../store/across/layer-row-studies.js";
import { Requires } from "../access/requires.js";
import { afterArg, includeArchivedArg, rowCountArg, studyFilterArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { StudyFilter } from "../filter/filters.js";
import { PageInfo, checkRowCount } from "../paging/page.js";
import { readRowCursor, writeRowCursor } from "../paging/cursors.js";
import { IntervalType } from "../rank/interval.js";

@ObjectType("LayerRow", {
  description: "A layer at one rank of one study as a flat row, with the stored comparison of baseline and candidate.",
  simpleResolvers: true,
})
class LayerRowType implements LayerRow {
  @Field(() => String, { description: "Slug of the study." })
  study!: string;

  @Field(() => Int, { description: "Rank r of both runs, 1 or more." })
  rank!: number;

  @Field(() => String, { description: "Module path of the layer." })
  layer!: string;

  @Field(() => Int, { nullable: true, description: "Block number; null if the path has none." })
  index!: number | null;

  @Field(() => String, { description: "The path after the block number: `attn.c_attn`." })
  module!: string;

  @Field(() => String, {
    nullable: true,
    description: "Name of the baseline's run of the pair with the lowest seed; null if it has none at this rank.",
  })
  baseline!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Name of the candidate's run of the pair with the lowest seed; null if it has none at this rank.",
  })
  candidate!: string | null;

  @Field(() => Boolean, {
    description:
      "Whether the comparison of every pair is stored, or impossible. False if one was not computed yet: precomputeStudy computes it, this list does not.",
  })
  stored!: boolean;

  @Field(() => Int, {
    description: `Number of pairs of runs with equal seeds that the values are means over. At most ${MAX_STORED_PAIRS} pairs of a rank count; pairs without a stored cosine do not.`,
  })
  pairs!: number;

  @Field(() => Int, { description: "Number of pairs of runs with equal seeds at the rank." })
  availablePairs!: number;

  @Field(() => String, {
    nullable: true,
    description: "Why fewer pairs count than the rank has; null if all stored pairs count.",
  })
  pairsReason!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: "<dW1, dW2> / (|dW1| |dW2|), from -1 to 1: mean over the pairs; null if not stored or undefined.",
  })
  cosineSimilarity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Sample standard deviation of the cosine over the pairs, with n - 1 in the denominator; null for one pair.",
  })
  cosineStandardDeviation!: number | null;

  @Field(() => IntervalType, {
    nullable: true,
    description:
      "95 % confidence interval of the mean cosine by Student's t; null for one pair, and for equal cosines.",
  })
  cosineInterval!: Interval | null;

  @Field(() => Float, { nullable: true, description: "Smallest cosine of a pair; null if not stored or undefined." })
  cosineMin!: number | null;

  @Field(() => Float, { nullable: true, description: "Largest cosine of a pair; null if not stored or undefined." })
  cosineMax!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "|dW1 - dW2|, Frobenius norm, with the scalings of the adapters: mean over the pairs; null if not stored or undefined.",
  })
  l2Distance!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW1 - dW2| / |dW1|, where 1 is the baseline: mean over the pairs; null if not stored or undefined.",
  })
  relativeDifference!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "cos(A1, A2): mean over the pairs; null if not stored or undefined.",
  })
  initialCosine!: number | null;

  @Field(() => UndefinedReason, {
    nullable: true,
    description: "Why the stored cosine similarity is null; null if it is defined or not stored.",
  })
  undefinedReason!: UndefinedReason | null;
}

@ObjectType({
  description: "A page of layers as flat rows, ordered by study, rank and model order.",
  simpleResolvers: true,
})
class LayerRowPage {
  @Field(() => Int, { description: "Exact number of rows in the whole list, counted only if requested." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => Int, {
    description: "Number of archived studies that match and are left out, counted only if requested.",
  })
  archivedCount!: () => Promise<number>;

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [LayerRowType], { description: "The layers of this page, at most `first`." })
  nodes!: readonly LayerRow[];
}

const LIST = "layerRows";

@Resolver()
export class LayerRowsResolver {
  @Requires("reader")
  @Costs({ points: 1000 })
  @Query(() => LayerRowPage, {
    description:
      "Layers of all studies at all their ranks as flat rows. This query uses stored comparisons only; it computes and queues nothing.",
  })
  async layerRows(
    @Arg("filter", () => StudyFilter, studyFilterArg) given: StudyFilter | undefined,
    @Arg("includeArchived", () => Boolean, includeArchivedArg) includeArchived: boolean,
    @Arg("ranks", () => [Int], { nullable: true, description: "The ranks to include; by default all." })
    ranks: number[] | undefined,
    @Arg("first", () => Int, rowCountArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, limits }: Context,
  ): Promise<LayerRowPage> {
    const limit = checkRowCount(first, limits);
    const filter = includeArchived ? given : withoutArchived(given);
    const leftOut = includeArchived ? undefined : leftOutArchived(given);
    const requested = { filter, ranks: ranks ?? undefined };
    await checkConfigFields(database, { filter });
    const rows = await layerRows(database, {
      ...requested,
      // An additional row shows that there is a next page.
      limit: limit + 1,
      after: after == null ? undefined : positionOf(after),
    });
    const nodes = rows.slice(0, limit);
    const last = nodes.at(-1);
    return {
      totalCount: () => countLayerRows(database, requested),
      archivedCount: () => (leftOut === undefined ? Promise.resolve(0) : countListedStudies(database, leftOut)),
      pageInfo: {
        hasNextPage: rows.length > limit,
        endCursor: last === undefined ? null : writeRowCursor(LIST, [last.study, last.rank, last.layer]),
      },
      nodes,
    };
  }
}

function positionOf(cursor: string): LayerRowPosition {
  const [study, rank, layer] = readRowCursor(LIST, ["string", "number", "string"], cursor);
  return { study, rank, layer } as LayerRowPosition;
}
