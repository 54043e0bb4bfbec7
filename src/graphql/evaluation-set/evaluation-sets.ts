import { Arg, Ctx, Field, Float, ID, Int, ObjectType, Query, Resolver } from "type-graphql";
import {
  countEvaluationSets,
  evaluationSetsByName,
  listEvaluationSets,
  type StoredEvaluationSet,
} from "../../store/evaluation-sets.js";
import { Requires } from "../access/requires.js";
import { afterArg, pageSizeArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { readListCursor } from "../paging/cursors.js";
import { listPage, type ListPage } from "../paging/list-page.js";
import { checkPageSize, PageInfo } from "../paging/page.js";

@ObjectType({ description: "Number of items of one kind in an evaluation set.", simpleResolvers: true })
class ItemKindCount {
  @Field(() => String, { description: "Form of the lines: TEXT, COMPLETION, MESSAGES or TOKENS." })
  kind!: string;

  @Field(() => Int, { description: "Number of items." })
  items!: number;
}

@ObjectType("EvaluationSet", {
  description: "A registered file of items on which models are run. Its texts are not part of the API.",
  simpleResolvers: true,
})
export class EvaluationSetType {
  @Field(() => ID, { description: "Id, which stays the same when the name is registered again." })
  id!: string;

  @Field(() => String, { description: "Name, which `on` arguments take." })
  name!: string;

  @Field(() => String, {
    description: "SHA-256 of the items in their order, hexadecimal. Results belong to this hash, not to the name.",
  })
  hash!: string;

  @Field(() => Int, { description: "Number of items." })
  items!: number;

  @Field(() => [ItemKindCount], { description: "Number of items by kind." })
  kinds!: readonly ItemKindCount[];

  @Field(() => Float, { description: "UTF-16 units of all texts." })
  characters!: number;

  @Field(() => Float, { description: "Token ids that the file itself has, in items without texts." })
  givenTokens!: number;

  @Field(() => Float, { description: "Size of the file, in bytes." })
  bytes!: number;

  @Field(() => [String], {
    description:
      "Slugs of the studies whose runs recorded their evaluation loss on these items, as far as the token sees them.",
  })
  ownDataOf!: readonly string[];

  @Field(() => Date, { description: "Time of the first registration." })
  createdAt!: Date;

  @Field(() => Date, { description: "Time of the last registration." })
  updatedAt!: Date;
}

@ObjectType({ description: "A page of registered evaluation sets.", simpleResolvers: true })
class EvaluationSetPage {
  @Field(() => Int, { description: "Exact number of sets, counted only if requested." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [EvaluationSetType], { description: "The sets of this page; at most `first` sets." })
  nodes!: readonly object[];
}

/** Name of the list, for cursors. */
const LIST = "evaluationSets";

@Resolver()
export class EvaluationSetsResolver {
  @Requires("reader")
  @Costs({ points: 100 })
  @Query(() => EvaluationSetPage, {
    description: "Registered evaluation sets, newest first. Every reader sees their names and sizes.",
  })
  async evaluationSets(
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, limits, principal }: Context,
  ): Promise<Omit<ListPage<ListedSet>, "edges">> {
    const limit = checkPageSize(first, limits);
    const position = after == null ? undefined : readListCursor(LIST, "time", after);
    // An additional row shows that there is a next page.
    const rows = await listEvaluationSets(database, { after: position, limit: limit + 1 });
    const listed = rows.map((row) =>
      Object.assign(evaluationSetOf(row, principal.studies), { orderKey: row.orderKey }),
    );
    return listPage(listed, { limit, order: LIST, totalCount: () => countEvaluationSets(database) });
  }

  @Requires("reader")
  @Query(() => EvaluationSetType, {
    nullable: true,
    description: "The evaluation set with this name; null if there is none.",
  })
  async evaluationSet(
    @Arg("name", () => String, { description: "Name under which the set was registered." }) name: string,
    @Ctx() { database, principal }: Context,
  ): Promise<EvaluationSetType | null> {
    const [set] = await evaluationSetsByName(database, [name]);
    return set === undefined ? null : evaluationSetOf(set, principal.studies);
  }
}

type ListedSet = EvaluationSetType & { readonly orderKey: Date };

/** @param visible slugs of the only studies that the principal sees; undefined for all */
export function evaluationSetOf(
  { size, kinds, ownDataOf, ...set }: StoredEvaluationSet,
  visible: readonly string[] | undefined,
): EvaluationSetType {
  return {
    ...set,
    bytes: size,
    kinds: Object.entries(kinds)
      .filter(([, items]) => items > 0)
      .map(([kind, items]) => ({ kind, items })),
    ownDataOf: ownDataOf.filter((slug) => visible?.includes(slug) ?? true),
  };
}
