import { Field, Int, ObjectType, Arg, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { failure } from "../../errors.js";
import type { ListedStudy } from "../../store/across/list-studies.js";
import type { ExperimentSelection } from "../../store/across/selected-experiments.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Layer } from "../../store/studies/layers.js";
import type { Rank } from "../../store/studies/ranks.js";
import type { Study } from "../../store/studies/studies.js";
import { afterArg, experimentFilterArg, pageSizeArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, LAYER_LIST } from "../cost/estimates.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { ExperimentFilter } from "../filter/filters.js";
import { ExperimentOrder, fieldsOfOrder } from "../filter/order.js";
import { LayerType } from "../layer/layer-type.js";
import { PageInfo, checkPageSize } from "../paging/page.js";
import { RankType } from "../rank/rank.js";
import { StudyType } from "./study-type.js";

@ObjectType({ description: "A run in a list of runs.", simpleResolvers: true })
class ExperimentEdge {
  @Field(() => String, { description: "Cursor of this run: pass it as `after` to get the runs after it." })
  cursor!: string;

  @Field(() => ExperimentType, { description: "The run at this cursor." })
  node!: object;
}

@ObjectType({
  description: "A page of experiments, by default ordered by rank, then by bits (most first), then by name.",
  simpleResolvers: true,
})
class ExperimentConnection {
  @Field(() => Int, { description: "Exact number of runs in the whole list." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo | (() => Promise<PageInfo>);

  @Field(() => [ExperimentType], {
    description: "The runs of this page without their cursors; at most `first` runs.",
  })
  nodes!: readonly object[] | (() => Promise<readonly object[]>);

  @Field(() => [ExperimentEdge], { description: "The runs of this page with their cursors." })
  edges!: readonly ExperimentEdge[] | (() => Promise<readonly ExperimentEdge[]>);
}

/** The experiments, ranks and layers of a study. */
@Resolver(() => StudyType)
export class StudyResolver {
  // A selection is a statement of its own.
  @Costs({ points: ({ filter, orderBy }) => (filter == null && orderBy == null ? 0 : 100) })
  @FieldResolver(() => ExperimentConnection, {
    description: "The trained runs, by default ordered by rank, then by bits (most first), then by name.",
  })
  async experiments(
    @Root() study: Study & Partial<Pick<ListedStudy, "experimentCount">>,
    @Arg("filter", () => ExperimentFilter, experimentFilterArg) filter: ExperimentFilter | undefined,
    @Arg("orderBy", () => ExperimentOrder, {
      nullable: true,
      description: "Order of the runs; by default by rank, then by bits (most first), then by name.",
    })
    orderBy: ExperimentOrder | undefined,
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() context: Context,
  ): Promise<ExperimentConnection> {
    const { loaders, limits } = context;
    checkPageSize(first, limits);
    const isWhole = filter == null && orderBy == null;
    const runs = () =>
      isWhole ? loaders.experiments.load(study.id) : selectedExperiments(context, study.id, { filter, orderBy });
    const page = async () => memoryPage(await runs(), first, after ?? undefined);
    // An invalid cursor is an error, whatever fields are requested.
    if (after != null) await page();
    return {
      // A list of studies counts the runs of each study without loading them.
      totalCount: isWhole
        ? (study.experimentCount ?? (() => loaders.experimentCount.load(study.id)))
        : async () => (await runs()).length,
      pageInfo: async () => (await page()).pageInfo,
      nodes: async () => (await page()).nodes,
      edges: async () => (await page()).nodes.map((node) => ({ node, cursor: node.id })),
    };
  }

  @Costs({ items: EXPECTED.ranks })
  @FieldResolver(() => [RankType], { description: "The trained ranks, ascending." })
  ranks(@Root() study: Study, @Ctx() { loaders }: Context): Promise<Rank[]> {
    return loaders.ranks.load(study.id);
  }

  @Costs(LAYER_LIST)
  @FieldResolver(() => [LayerType], { description: "The adapted weight matrices, in model order." })
  layers(@Root() study: Study, @Ctx() { loaders }: Context): Promise<Layer[]> {
    return loaders.layers.load(study.id);
  }
}

/** Loads the selected runs of a study, in order. @throws ARGUMENT_INVALID */
async function selectedExperiments(
  { loaders }: Context,
  studyId: string,
  selection: ExperimentSelection & { readonly orderBy: ExperimentOrder | undefined },
): Promise<Experiment[]> {
  if (selection.orderBy != null) fieldsOfOrder(selection.orderBy);
  const [ids, experiments] = await Promise.all([
    loaders.selectedExperiments.load({ studyId, ...selection }),
    loaders.experiments.load(studyId),
  ]);
  const byId = new Map(experiments.map((experiment) => [experiment.id, experiment]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** A page of a list in memory. */
interface MemoryPage<Row> {
  readonly pageInfo: PageInfo;
  readonly nodes: readonly Row[];
}

/**
 * Returns a page of a list that is already in memory. A cursor is the id of the row before the page.
 *
 * @throws ARGUMENT_INVALID if no row has the id `after`
 */
function memoryPage<Row extends { readonly id: string }>(
  rows: readonly Row[],
  first: number,
  after: string | undefined,
): MemoryPage<Row> {
  const start = after === undefined ? 0 : rows.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) {
    throw failure("ARGUMENT_INVALID", {
      where: "after",
      received: JSON.stringify(after),
      allowed: "an endCursor of this list",
    });
  }
  const nodes = rows.slice(start, start + first);
  return {
    pageInfo: { hasNextPage: start + nodes.length < rows.length, endCursor: nodes.at(-1)?.id ?? null },
    nodes,
  };
}
