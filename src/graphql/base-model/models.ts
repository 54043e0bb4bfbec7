import { Arg, Ctx, Field, Int, ObjectType, Query, Resolver } from "type-graphql";
import {
  baseModelKeysOfStudies,
  countBaseModels,
  listBaseModels,
  type StoredBaseModel,
} from "../../store/base-models.js";
import { Requires } from "../access/requires.js";
import { afterArg, pageSizeArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { readListCursor } from "../paging/cursors.js";
import { listPage, type ListPage } from "../paging/list-page.js";
import { PageInfo, checkPageSize } from "../paging/page.js";
import { BaseModelType } from "./base-model-type.js";

@ObjectType({ description: "A page of registered base models.", simpleResolvers: true })
class BaseModelPage {
  @Field(() => Int, { description: "Exact number of models in the whole list, counted only if requested." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [BaseModelType], { description: "The models of this page; at most `first` models." })
  nodes!: readonly object[];
}

/** Name of the list, for cursors. */
const LIST = "models";

@Resolver()
export class ModelsResolver {
  @Requires("reader")
  @Costs({ points: 100 })
  @Query(() => BaseModelPage, {
    description:
      "Registered base models, newest first. A token for some studies sees the models that these studies were trained on.",
  })
  async models(
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, limits, principal }: Context,
  ): Promise<Omit<ListPage<StoredBaseModel & { orderKey: Date }>, "edges">> {
    const limit = checkPageSize(first, limits);
    const position = after == null ? undefined : readListCursor(LIST, "time", after);
    const keys = principal.studies === undefined ? undefined : await baseModelKeysOfStudies(database);
    // An additional row shows that there is a next page.
    const rows = await listBaseModels(database, { keys, after: position, limit: limit + 1 });
    return listPage(rows, { limit, order: LIST, totalCount: () => countBaseModels(database, keys) });
  }
}
