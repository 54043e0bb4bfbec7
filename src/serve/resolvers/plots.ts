import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import type { Study } from "../../store/studies.js";
import type { Context } from "../context.js";
import { StudyFilter } from "../types/filters.js";
import { PlotArguments, PlotType, StudyPlotArguments } from "../types/plot.js";
import { StudyType } from "../types/study.js";

/** Studies as pictures. */
@Resolver(() => StudyType)
export class PlotsResolver {
  @FieldResolver(() => PlotType, {
    description:
      "A picture of the study, from the same derivations as the fields that give its numbers. As a file: /plots/studies/<slug>/<kind>.svg, .png, .csv or .vl.json, with these arguments as parameters.",
  })
  plot(
    @Root() study: Study,
    @Args(() => StudyPlotArguments) asked: StudyPlotArguments,
    @Ctx() context: Context,
  ): Promise<PlotType & { readonly pendingJobs: readonly string[] }> {
    throw new Error(`not drawn yet: ${asked.kind} of ${study.slug} ${context.waitMilliseconds}`);
  }

  @Query(() => PlotType, {
    description:
      "The degradation of many studies at every rank, with intervals, from their metrics: up to 60 studies, and notes say how many there are. As a file: /plots/degradation-across-studies.svg?studies=a,b.",
  })
  degradationAcrossStudies(
    @Arg("slugs", () => [String], {
      nullable: true,
      description: "These studies; notes name those that there are not.",
    })
    slugs: string[] | undefined,
    @Arg("filter", () => StudyFilter, { nullable: true, description: "Studies that it lets through, by slug." })
    filter: StudyFilter | undefined,
    @Args(() => PlotArguments) asked: PlotArguments,
    @Ctx() context: Context,
  ): Promise<PlotType & { readonly pendingJobs: readonly string[] }> {
    throw new Error(`not drawn yet: ${slugs?.length} ${filter?.slug} ${asked.theme} ${context.waitMilliseconds}`);
  }
}
