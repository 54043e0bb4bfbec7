import { ArgsType, Field, Float, Int } from "type-graphql";
import { PlotTheme } from "../../model/enums/plot.js";
import { Scaling } from "../../model/enums/similarity.js";
import { PlotKind } from "../../plots/plot-kinds.js";
import { scalingArg, similarityThresholdArg, waitSecondsArg } from "../arguments.js";
import { JudgementArguments } from "../diagnosis/judgement-arguments.js";

/** Arguments of every plot. Each kind uses the arguments that apply to it. */
@ArgsType()
export class PlotArguments extends JudgementArguments {
  @Field(() => PlotTheme, {
    defaultValue: PlotTheme.LIGHT,
    description: "The background that the plot is drawn for.",
  })
  theme!: PlotTheme;
}

/** Arguments of a plot of one study. */
@ArgsType()
export class StudyPlotArguments extends PlotArguments {
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

  @Field(() => Float, waitSecondsArg)
  waitSeconds?: number | null;
}
