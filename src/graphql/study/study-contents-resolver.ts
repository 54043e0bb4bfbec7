import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { Experiment } from "../../store/experiments.js";
import type { ListedStudy } from "../../store/across/list-studies.js";
import type { Layer } from "../../store/layers.js";
import type { Rank } from "../../store/ranks.js";
import type { Study } from "../../store/studies.js";
import { afterArg, pageSizeArg } from "../arguments.js";
import type { Context } from "../context.js";
import { pageOf, pageSize, type Page } from "../paging/page.js";
import { LayerType } from "../layer/layer-type.js";
import { ExperimentConnection } from "../paging/page-types.js";
import { RankType } from "../rank/rank-type.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, LAYER_LIST } from "../cost/estimates.js";
import { StudyType } from "./study-type.js";

/** What a study holds. */
@Resolver(() => StudyType)
export class StudyContentsResolver {
  @FieldResolver(() => ExperimentConnection, {
    description: "The trained runs: by rank, then the more bits first, then by name.",
  })
  async experiments(
    @Root() study: Study & Partial<Pick<ListedStudy, "experimentCount">>,
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { loaders, limits }: Context,
  ): Promise<ExperimentConnection> {
    pageSize(first, limits);
    const page = async (): Promise<Page<Experiment>> =>
      pageOf(await loaders.experiments.load(study.id), first, after ?? undefined);
    // A cursor is checked whatever is asked for after it.
    if (after != null) await page();
    // A list of studies asks how many runs each has: that loads none of them, and the list has counted them already.
    return {
      totalCount: study.experimentCount ?? (() => loaders.experimentCount.load(study.id)),
      pageInfo: async () => (await page()).pageInfo,
      nodes: async () => (await page()).nodes,
      edges: async () => (await page()).nodes.map((node) => ({ node, cursor: node.id })),
    };
  }

  @Costs({ items: EXPECTED.ranks })
  @FieldResolver(() => [RankType], { description: "The ranks that were trained, ascending." })
  ranks(@Root() study: Study, @Ctx() { loaders }: Context): Promise<Rank[]> {
    return loaders.ranks.load(study.id);
  }

  @Costs(LAYER_LIST)
  @FieldResolver(() => [LayerType], { description: "The adapted weight matrices, in model order." })
  layers(@Root() study: Study, @Ctx() { loaders }: Context): Promise<Layer[]> {
    return loaders.layers.load(study.id);
  }
}
