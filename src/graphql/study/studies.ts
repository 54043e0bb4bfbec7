import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Int, Query, Resolver } from "type-graphql";
import { countListedStudies } from "../../store/across/list-studies.js";
import { listStudies, type ListedStudy } from "../../store/across/list-studies.js";
import type { Study } from "../../store/studies/studies.js";
import { Requires } from "../access/requires.js";
import { afterArg, pageSizeArg, slugArg, studyFilterArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { StudyFilter } from "../filter/filters.js";
import { StudyOrder } from "../filter/order.js";
import { readListCursor, type KeyKind } from "../paging/list-cursor.js";
import { listPage, type ListPage } from "../paging/list-page.js";
import { checkPageSize } from "../paging/page-size.js";
import { selectsField } from "../selects-field.js";
import { StudyConnection } from "./study-connection.js";
import { StudyType } from "./study-type.js";

const DEFAULT_ORDER: StudyOrder = { field: "CREATED_AT", direction: "DESC", metric: "training_loss" };

@Resolver()
export class StudiesResolver {
  @Requires("reader")
  @Query(() => StudyType, { nullable: true, description: "The study with this slug; null if there is none." })
  async study(@Arg("slug", () => String, slugArg) slug: string, @Ctx() { loaders }: Context): Promise<Study | null> {
    return (await loaders.studyBySlug.load(slug)) ?? null;
  }

  @Requires("reader")
  @Costs({ points: 100 })
  @Query(() => StudyConnection, { description: "All studies, newest first by default." })
  async studies(
    @Arg("filter", () => StudyFilter, studyFilterArg) filter: StudyFilter | undefined,
    @Arg("orderBy", () => StudyOrder, { nullable: true, description: "Order of the studies; by default newest first." })
    orderBy: StudyOrder | undefined,
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, limits }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ListPage<ListedStudy>> {
    const limit = checkPageSize(first, limits);
    const order = orderBy ?? DEFAULT_ORDER;
    const name = orderName(order);
    const rows = await listStudies(database, {
      filter,
      order,
      // An additional row shows that there is a next page.
      limit: limit + 1,
      after: after == null ? undefined : readListCursor(name, keyKind(order), after),
      counts: {
        total: selectsField(info, "totalCount"),
        experiments: selectsField(info, "nodes", "experiments", "totalCount"),
      },
    });
    // The rows contain the total; an empty page has none.
    const total = rows[0]?.totalCount;
    const totalCount = () => (total == null ? countListedStudies(database, filter) : Promise.resolve(total));
    return listPage(rows, { limit, order: name, totalCount });
  }
}

function orderName({ field, direction, metric }: StudyOrder): string {
  const isByMetric = field === "METRIC_BEST" || field === "METRIC_MEAN";
  return ["studies", field, direction, ...(isByMetric ? [metric] : [])].join(" ");
}

function keyKind({ field }: StudyOrder): KeyKind {
  if (field === "CREATED_AT" || field === "UPDATED_AT") return "time";
  return field === "NAME" || field === "SLUG" ? "text" : "number";
}
