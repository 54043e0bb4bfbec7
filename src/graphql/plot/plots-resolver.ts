import type { GraphQLField, GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from "type-graphql";
import type { Study } from "../../store/studies.js";
import type { Context } from "../context.js";
import { degradationAcrossStudies } from "../../plots/kinds/degradation-across-studies.js";
import { pictureOfStudy, type StudyPicture } from "../../plots/picture-of-study.js";
import { missingReason } from "../../plots/picture.js";
import { writeParameters } from "../../plots/plot-parameters.js";
import { plotPaths } from "../../plots/plot-paths.js";
import { acrossFacts, chosenStudies } from "../../plots/read-across.js";
import { specification } from "../../plots/specification.js";
import { StudyFilter } from "../filter/filters.js";
import { PlotArguments, PlotType, StudyPlotArguments } from "./plot-types.js";
import type { PlotKind, PlotTheme } from "../../model/enums/plot.js";
import { StudyType } from "../study/study-type.js";
import { Requires } from "../access/requires.js";
import { Costs } from "../cost/costs.js";
import { acrossStudiesPoints, plotPoints } from "../cost/estimates.js";

type PlotRow = PlotType & Pick<StudyPicture, "pendingJobs">;

/** Studies as pictures. */
@Resolver(() => StudyType)
export class PlotsResolver {
  @Costs({ points: plotPoints })
  @FieldResolver(() => PlotType, {
    description:
      "A picture of the study, from the same derivations as the fields that give its numbers. As a file: /plots/studies/<slug>/<kind>.svg, .png, .csv or .vl.json, with these arguments as parameters.",
  })
  async plot(
    @Root() study: Study,
    @Args(() => StudyPlotArguments) asked: StudyPlotArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PlotRow> {
    const drawn = await pictureOfStudy(context, study, asked);
    const parameters = writeParameters(fieldOf(info), asked);
    return shown(drawn, asked.kind, asked.theme, plotPaths(study.slug, asked.kind, parameters));
  }

  @Requires("reader")
  @Costs({ points: acrossStudiesPoints })
  @Query(() => PlotType, {
    description:
      "The degradation of many studies at every rank, with intervals, from their metrics: up to 60 studies, and notes say how many there are. As a file: /plots/degradation-across-studies.svg?studies=a,b.",
  })
  async degradationAcrossStudies(
    @Arg("slugs", () => [String], {
      nullable: true,
      description: "These studies; notes name those that there are not.",
    })
    slugs: string[] | undefined,
    @Arg("filter", () => StudyFilter, {
      nullable: true,
      description: "Without slugs: those that it lets through, by slug.",
    })
    filter: StudyFilter | undefined,
    @Args(() => PlotArguments) asked: PlotArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PlotRow> {
    const facts = await acrossFacts(context, await chosenStudies(context, slugs, filter), asked);
    const drawn = { picture: degradationAcrossStudies(facts), pendingJobs: [] };
    const parameters = writeParameters(fieldOf(info), Object.assign({ slugs, filter }, asked));
    const kind = "DEGRADATION_ACROSS_STUDIES";
    return shown(drawn, kind, asked.theme, plotPaths(null, kind, parameters));
  }
}

function shown(
  { picture, pendingJobs }: StudyPicture,
  kind: PlotKind,
  theme: PlotTheme,
  paths: ReturnType<typeof plotPaths>,
): PlotRow {
  const because = missingReason(picture);
  return {
    ...{ kind, theme, title: picture.title, description: picture.description, notes: [...picture.notes] },
    ...paths,
    vegaLite: specification(picture, theme),
    missing: because === null ? null : { because },
    pendingJobs,
  };
}

function fieldOf({ parentType, fieldName }: GraphQLResolveInfo): GraphQLField<unknown, unknown> {
  const field = parentType.getFields()[fieldName];
  if (field === undefined) throw new Error(`${parentType.name} has no field ${fieldName}`);
  return field;
}
