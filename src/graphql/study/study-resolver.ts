import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { ListedStudy } from "../../store/across/list-studies.js";
import type { Layer } from "../../store/studies/layers.js";
import type { Rank } from "../../store/studies/ranks.js";
import type { Study } from "../../store/studies/studies.js";
import { afterArg, pageSizeArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, LAYER_LIST } from "../cost/estimates.js";
import { ExperimentConnection } from "../experiment/experiment-connection.js";
import { LayerType } from "../layer/layer-type.js";
import { memoryPage } from "../paging/memory-page.js";
import { checkPageSize } from "../paging/page-size.js";
import { RankType } from "../rank/rank-type.js";
import { StudyType } from "./study-type.js";

/** The experiments, ranks and layers of a study. */
@Resolver(() => StudyType)
export class StudyResolver {
  @FieldResolver(() => ExperimentConnection, {
    description: "The trained runs, ordered by rank, then by bits (most first), then by name.",
  })
  async experiments(
    @Root() study: Study & Partial<Pick<ListedStudy, "experimentCount">>,
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { loaders, limits }: Context,
  ): Promise<ExperimentConnection> {
    checkPageSize(first, limits);
    const page = async () => memoryPage(await loaders.experiments.load(study.id), first, after ?? undefined);
    // An invalid cursor is an error, whatever fields are requested.
    if (after != null) await page();
    return {
      // A list of studies counts the runs of each study without loading them.
      totalCount: study.experimentCount ?? (() => loaders.experimentCount.load(study.id)),
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
