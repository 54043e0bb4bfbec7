import { type GraphQLResolveInfo, Kind, type SelectionNode } from "graphql";
import { Field, Int, ObjectType, Arg, Ctx, Info, Query, Resolver } from "type-graphql";
import { checkConfigFields } from "../../analysis/across-studies/check-config-fields.js";
import { leftOutArchived, withoutArchived } from "../../store/across/archived-studies.js";
import { countListedStudies, listStudies, type ListedStudy } from "../../store/across/list-studies.js";
import type { Study } from "../../store/studies/studies.js";
import { Requires } from "../access/requires.js";
import { afterArg, includeArchivedArg, pageSizeArg, slugArg, studyFilterArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { StudyFilter } from "../filter/filters.js";
import { StudyOrder } from "../filter/order.js";
import { readListCursor, type KeyKind } from "../paging/cursors.js";
import { listPage, type ListPage } from "../paging/list-page.js";
import { PageInfo, checkPageSize } from "../paging/page.js";
import { bestQuery } from "./best-configuration.js";
import { StudyType } from "./study-type.js";

@ObjectType({ description: "A study in a list of studies.", simpleResolvers: true })
class StudyEdge {
  @Field(() => String, { description: "Cursor of this study: pass it as `after` to get the studies after it." })
  cursor!: string;

  @Field(() => StudyType, { description: "The study at this cursor." })
  node!: object;
}

@ObjectType({ description: "A page of studies.", simpleResolvers: true })
class StudyConnection {
  @Field(() => Int, { description: "Exact number of studies in the whole list, counted only if requested." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => Int, {
    description: "Number of archived studies that match and are left out, counted only if requested.",
  })
  archivedCount!: () => Promise<number>;

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [StudyType], {
    description: "The studies of this page without their cursors; at most `first` studies.",
  })
  nodes!: readonly object[];

  @Field(() => [StudyEdge], { description: "The studies of this page with their cursors." })
  edges!: readonly StudyEdge[] | (() => readonly StudyEdge[]);
}

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
    @Arg("filter", () => StudyFilter, studyFilterArg) requested: StudyFilter | undefined,
    @Arg("includeArchived", () => Boolean, includeArchivedArg) includeArchived: boolean,
    @Arg("orderBy", () => StudyOrder, { nullable: true, description: "Order of the studies; by default newest first." })
    orderBy: StudyOrder | undefined,
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, limits, loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ListPage<ListedStudy> & Pick<StudyConnection, "archivedCount">> {
    const filter = includeArchived ? requested : withoutArchived(requested);
    const limit = checkPageSize(first, limits);
    const order = orderBy ?? DEFAULT_ORDER;
    const { higherIsBetter } = bestQuery(order.metric);
    const name = orderName(order);
    await checkConfigFields(database, { filter });
    const rows = await listStudies(database, {
      filter,
      order: { field: order.field, direction: order.direction, metric: order.metric, higherIsBetter },
      // An additional row shows that there is a next page.
      limit: limit + 1,
      after: after == null ? undefined : readListCursor(name, keyKind(order), after),
      counts: {
        total: selectsField(info, "totalCount"),
        experiments: selectsField(info, "nodes", "experiments", "totalCount"),
      },
    });
    loaders.knowStudies(rows);
    // The rows contain the total; an empty page has none.
    const total = rows[0]?.totalCount;
    const totalCount = () => (total == null ? countListedStudies(database, filter) : Promise.resolve(total));
    const leftOut = includeArchived ? undefined : leftOutArchived(requested);
    const archivedCount = () => (leftOut === undefined ? Promise.resolve(0) : countListedStudies(database, leftOut));
    return { ...listPage(rows, { limit, order: name, totalCount }), archivedCount };
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

/**
 * Returns whether the query selects the field at `path` below the current field, also through fragments. The result can be
 * true for a field that @skip or @include excludes: use it to read ahead, not to decide on the response.
 */
function selectsField({ fieldNodes, fragments }: GraphQLResolveInfo, ...path: readonly string[]): boolean {
  const selectionsOf = (nodes: readonly SelectionNode[], name: string): SelectionNode[] =>
    nodes.flatMap((node) => {
      if (node.kind === Kind.FIELD) return node.name.value === name ? (node.selectionSet?.selections ?? [node]) : [];
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value];
      return selectionsOf(fragment?.selectionSet.selections ?? [], name);
    });
  const start = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return path.reduce<readonly SelectionNode[]>(selectionsOf, start).length > 0;
}
