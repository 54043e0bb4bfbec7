import { Field, Int, ObjectType, Arg, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { validate } from "uuid";
import { failure } from "../../errors.js";
import type { ListedStudy } from "../../store/across/list-studies.js";
import type { ExperimentPageSelection } from "../../store/across/experiment-pages.js";
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
    const page = onePage(() => experimentPage(context, study, { filter, orderBy, first, after: after ?? null }));
    // An invalid cursor is an error, whatever fields are requested.
    if (after != null) await page();
    const isWhole = filter == null && orderBy == null;
    return {
      // A list of studies counts the runs of each study without loading them.
      totalCount: isWhole
        ? (study.experimentCount ?? (() => loaders.experimentCount.load(study.id)))
        : async () => (await page()).totalCount,
      pageInfo: async () => (await page()).pageInfo,
      nodes: async () => (await page()).nodes(),
      edges: async () => (await (await page()).nodes()).map((node) => ({ node, cursor: node.id })),
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

/** A page of a study's runs. */
interface StudyPage {
  readonly totalCount: number;
  readonly pageInfo: PageInfo;
  nodes(): Promise<readonly Experiment[]>;
}

/** Returns a function that loads the page once, when it is first called. */
function onePage(load: () => Promise<StudyPage>): () => Promise<StudyPage> {
  let page: Promise<StudyPage> | undefined;
  return () => (page ??= load());
}

/**
 * Loads a page of a study's runs. All runs of a study with few are loaded: the other fields of a request need them too. Of a
 * study with more, only the page is read, unless its runs are in memory.
 *
 * @throws ARGUMENT_INVALID
 */
async function experimentPage(
  { loaders }: Context,
  study: Study,
  selection: ExperimentPageSelection & { readonly orderBy: ExperimentOrder | undefined },
): Promise<StudyPage> {
  const { filter, orderBy, first, after } = selection;
  const hasFewRuns = study.hasFewRuns === true;
  if (filter == null && orderBy == null && (hasFewRuns || loaders.hasExperiments(study.id))) {
    return memoryPage(await loaders.experiments.load(study.id), first, after);
  }
  if (orderBy != null) fieldsOfOrder(orderBy);
  if (after !== null && !validate(after)) throw unknownCursor(after);
  const page = await loaders.experimentPages.load({ studyId: study.id, filter, orderBy, first, after });
  if (after !== null && !page.isAfterKnown) throw unknownCursor(after);
  const { ids, totalCount, hasNextPage } = page;
  return {
    totalCount,
    pageInfo: { hasNextPage, endCursor: ids.at(-1) ?? null },
    nodes: async () =>
      hasFewRuns ? pick(await loaders.experiments.load(study.id), ids) : loadExperiments(loaders, ids),
  };
}

/** Returns the experiments of `ids`, in their order. */
function pick(experiments: readonly Experiment[], ids: readonly string[]): Experiment[] {
  const byId = new Map(experiments.map((experiment) => [experiment.id, experiment]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Loads the experiments of `ids`, in their order. */
async function loadExperiments({ experimentById }: Context["loaders"], ids: readonly string[]): Promise<Experiment[]> {
  const experiments = await Promise.all(ids.map((id) => experimentById.load(id)));
  return experiments.flatMap((experiment) => experiment ?? []);
}

/**
 * Returns a page of a list that is already in memory. A cursor is the id of the row before the page.
 *
 * @throws ARGUMENT_INVALID if no row has the id `after`
 */
function memoryPage(rows: readonly Experiment[], first: number, after: string | null): StudyPage {
  const start = after === null ? 0 : rows.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) throw unknownCursor(after);
  const nodes = rows.slice(start, start + first);
  return {
    totalCount: rows.length,
    pageInfo: { hasNextPage: start + nodes.length < rows.length, endCursor: nodes.at(-1)?.id ?? null },
    nodes: () => Promise.resolve(nodes),
  };
}

function unknownCursor(after: string): Error {
  return failure("ARGUMENT_INVALID", {
    where: "after",
    received: JSON.stringify(after),
    allowed: "an endCursor of this list",
  });
}
