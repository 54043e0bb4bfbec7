import type { GraphQLField, GraphQLResolveInfo } from "graphql";
import { ArgsType, Field, Float, Int, Arg, Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from "type-graphql";
import { PlotTheme } from "../../model/enums/export.js";
import { Scaling } from "../../model/enums/similarity.js";
import { plotAcrossStudies } from "../../plots/plot-across-studies.js";
import type { StudyPlot } from "../../plots/plot-kind.js";
import { PlotKind } from "../../plots/plot-kinds.js";
import { plotOfStudy } from "../../plots/plot-of-study.js";
import { writeParameters } from "../../plots/plot-parameters.js";
import { plotPaths, type PlotPaths } from "../../plots/plot-paths.js";
import { missingReason } from "../../plots/plot.js";
import { specification } from "../../plots/specification.js";
import type { Study } from "../../store/studies/studies.js";
import { Requires } from "../access/requires.js";
import { scalingArg, similarityThresholdArg, waitSecondsArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { acrossStudiesPoints, plotPoints } from "../cost/estimates.js";
import { JudgementArguments } from "../diagnosis/judgement-arguments.js";
import { StudyFilter } from "../filter/filters.js";
import { StudyType } from "../study/study-type.js";
import { PlotType } from "./plot-type.js";

/** Arguments of every plot. Each kind uses the arguments that apply to it. */
@ArgsType()
class PlotArguments extends JudgementArguments {
  @Field(() => PlotTheme, {
    defaultValue: PlotTheme.LIGHT,
    description: "The background that the plot is drawn for.",
  })
  theme!: PlotTheme;
}

/** Arguments of a plot of one study. */
@ArgsType()
class StudyPlotArguments extends PlotArguments {
  @Field(() => PlotKind, { description: "The kind of plot." })
  kind!: PlotKind;

  @Field(() => Int, {
    nullable: true,
    description:
      "The rank to show. By default, kinds that show one rank use the largest rank with weights of baseline and candidate; other kinds show all ranks.",
  })
  rank?: number | null;

  @Field(() => Scaling, scalingArg)
  scaling!: Scaling;

  @Field(() => Float, similarityThresholdArg)
  similarityThreshold!: number;

  @Field(() => String, {
    nullable: true,
    description:
      "Name of the evaluation set for plots of behaviour, whose models are run on it. Another name is an error (EVALUATION_SET_NOT_FOUND).",
  })
  on?: string | null;

  @Field(() => Float, waitSecondsArg)
  waitSeconds?: number | null;
}

/** The fields of the type, and the jobs that missing data waits for. */
type PlotRow = PlotType & Pick<StudyPlot, "pendingJobs">;

/** Plots of studies. */
@Resolver(() => StudyType)
export class PlotsResolver {
  @Costs({ points: plotPoints })
  @FieldResolver(() => PlotType, {
    description:
      "A plot of the study, computed like the fields that return its numbers. As a file: /plots/studies/<slug>/<kind>.svg, .png, .csv or .vl.json, with these arguments as parameters.",
  })
  async plot(
    @Root() study: Study,
    @Args(() => StudyPlotArguments) options: StudyPlotArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PlotRow> {
    const { kind, theme } = options;
    const plot = await plotOfStudy(context, study, kind, options);
    const parameters = writeParameters(fieldOf(info), options);
    return plotRow(plot, kind, theme, plotPaths(study.slug, kind, parameters));
  }

  @Requires("reader")
  @Costs({ points: acrossStudiesPoints })
  @Query(() => PlotType, {
    description:
      "A plot of the degradation at every rank, with intervals, for up to 60 studies. Notes give the total number of studies. As a file: /plots/degradation-across-studies.svg?studies=a,b.",
  })
  async degradationAcrossStudies(
    @Arg("slugs", () => [String], {
      nullable: true,
      description: "Slugs of the studies to plot. Notes list slugs that no study has.",
    })
    slugs: string[] | undefined,
    @Arg("filter", () => StudyFilter, {
      nullable: true,
      description: "Plots the matching studies, ordered by slug, if `slugs` is not given.",
    })
    filter: StudyFilter | undefined,
    @Arg("includeArchived", () => Boolean, {
      defaultValue: false,
      description:
        "Whether `filter` also selects archived studies. Otherwise they are left out, unless it names their slugs, and notes count them.",
    })
    includeArchived: boolean,
    @Args(() => PlotArguments) options: PlotArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PlotRow> {
    const plot = await plotAcrossStudies(context, { slugs, filter, includeArchived }, options);
    const parameters = writeParameters(fieldOf(info), Object.assign({ slugs, filter, includeArchived }, options));
    const kind = "DEGRADATION_ACROSS_STUDIES";
    return plotRow({ plot, pendingJobs: [] }, kind, options.theme, plotPaths(null, kind, parameters));
  }
}

function plotRow({ plot, pendingJobs }: StudyPlot, kind: PlotKind, theme: PlotTheme, paths: PlotPaths): PlotRow {
  const because = missingReason(plot);
  return {
    kind,
    theme,
    title: plot.title,
    description: plot.description,
    notes: plot.notes,
    ...paths,
    vegaLite: specification(plot, theme),
    missing: because === null ? null : { because },
    pendingJobs,
  };
}

function fieldOf({ parentType, fieldName }: GraphQLResolveInfo): GraphQLField<unknown, unknown> {
  const field = parentType.getFields()[fieldName];
  if (field === undefined) throw new Error(`${parentType.name} has no field ${fieldName}`);
  return field;
}
