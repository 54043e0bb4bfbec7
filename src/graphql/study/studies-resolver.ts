import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Int, Mutation, Query, Resolver } from "type-graphql";
import { failure } from "../../errors.js";
import { countListedStudies } from "../../store/across/count-studies.js";
import { listStudies, type ListedStudy } from "../../store/across/list-studies.js";
import type { Study } from "../../store/studies.js";
import { addTags, removeTags } from "../../store/tags.js";
import { afterArg, pageSizeArg, slugArg } from "../arguments.js";
import type { Context } from "../context.js";
import { readListCursor, type KeyKind } from "../paging/list-cursor.js";
import { listPage, type ListPage } from "../paging/list-page.js";
import { pageSize } from "../paging/page.js";
import { selects } from "../selects.js";
import { checkedTags } from "./tags.js";
import { StudyFilter } from "../filter/filters.js";
import { StudyOrder } from "../filter/order.js";
import { StudyConnection } from "../paging/page-types.js";
import { Requires } from "../access/requires.js";
import { Costs } from "../cost/costs.js";
import { StudyType } from "./study-type.js";

const DEFAULT_ORDER: StudyOrder = { field: "CREATED_AT", direction: "DESC", metric: "training_loss" };

const tagsArg = { description: "Up to 64 characters each; white space around them is taken off." };

@Resolver()
export class StudiesResolver {
  @Requires("reader")
  @Query(() => StudyType, { nullable: true, description: "One study by its slug; null where there is none." })
  async study(@Arg("slug", () => String, slugArg) slug: string, @Ctx() { loaders }: Context): Promise<Study | null> {
    return (await loaders.studyBySlug.load(slug)) ?? null;
  }

  @Requires("reader")
  @Costs({ points: 100 })
  @Query(() => StudyConnection, { description: "The studies of this store, the newest first unless ordered." })
  async studies(
    @Arg("filter", () => StudyFilter, {
      nullable: true,
      description: "Only the studies that fit; all where it is not given.",
    })
    filter: StudyFilter | undefined,
    @Arg("orderBy", () => StudyOrder, { nullable: true, description: "The newest first where it is not given." })
    orderBy: StudyOrder | undefined,
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, limits }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ListPage<ListedStudy>> {
    const limit = pageSize(first, limits);
    const given = orderBy ?? DEFAULT_ORDER;
    const order = orderName(given);
    const rows = await listStudies(database, {
      filter,
      order: given,
      // One more than asked tells whether there is a next page.
      limit: limit + 1,
      after: after == null ? undefined : readListCursor(order, keyKind(given), after),
      counts: {
        total: selects(info, "totalCount"),
        experiments: selects(info, "nodes", "experiments", "totalCount"),
      },
    });
    // An empty page has no row to tell.
    const total = rows[0]?.totalCount;
    const totalCount = () => (total == null ? countListedStudies(database, filter) : Promise.resolve(total));
    return listPage(rows, { limit, order, totalCount });
  }

  @Requires("writer")
  @Mutation(() => StudyType, { description: "Adds labels to a study; those that it has already change nothing." })
  async tagStudy(
    @Arg("slug", () => String, slugArg) slug: string,
    @Arg("tags", () => [String], tagsArg) tags: string[],
    @Ctx() context: Context,
  ): Promise<Study> {
    return known(slug, await addTags(context.database, slug, checkedTags(tags)), context);
  }

  @Requires("writer")
  @Mutation(() => StudyType, { description: "Takes labels from a study; those that it does not have change nothing." })
  async untagStudy(
    @Arg("slug", () => String, slugArg) slug: string,
    @Arg("tags", () => [String], tagsArg) tags: string[],
    @Ctx() context: Context,
  ): Promise<Study> {
    return known(slug, await removeTags(context.database, slug, checkedTags(tags)), context);
  }
}

/** The study after it was changed. @throws STUDY_NOT_FOUND */
async function known(slug: string, exists: boolean, { loaders }: Context): Promise<Study> {
  // Mutations of one request run one after the other: what an earlier one had loaded is stale.
  const study = exists ? await loaders.studyBySlug.clear(slug).load(slug) : undefined;
  if (study === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
  return study;
}

const isByMetric = ({ field }: StudyOrder) => field === "METRIC_BEST" || field === "METRIC_MEAN";

function orderName(order: StudyOrder): string {
  return ["studies", order.field, order.direction, ...(isByMetric(order) ? [order.metric] : [])].join(" ");
}

function keyKind(order: StudyOrder): KeyKind {
  if (order.field === "CREATED_AT" || order.field === "UPDATED_AT") return "time";
  return order.field === "NAME" || order.field === "SLUG" ? "text" : "number";
}
