import { GraphQLJSON } from "graphql-scalars";
import { ArgsType, Field, Float, Int, ObjectType } from "type-graphql";
import { scalingArg, similarityThresholdArg, waitSecondsArg } from "../arguments.js";
import { Scaling } from "../../model/enums/similarity.js";
import { JudgementArguments } from "../diagnosis/judgement-arguments.js";
import { PlotTheme } from "../../model/enums/plot.js";
import { PlotKind } from "../../plots/plot-kinds.js";

/** How any picture is asked for; it uses those arguments that its kind says something by. */
@ArgsType()
export class PlotArguments extends JudgementArguments {
  @Field(() => PlotTheme, { defaultValue: PlotTheme.LIGHT, description: "Which background the picture is drawn for." })
  theme!: PlotTheme;
}

/** How a picture of one study is asked for. */
@ArgsType()
export class StudyPlotArguments extends PlotArguments {
  @Field(() => PlotKind, { description: "Which of the study's pictures to draw." })
  kind!: PlotKind;

  @Field(() => Int, {
    nullable: true,
    description:
      "Show this rank. By default the largest one of which both sides have weights, of those kinds that show one rank, and all ranks of the others.",
  })
  rank?: number | null;

  @Field(() => Scaling, scalingArg)
  scaling!: Scaling;

  @Field(() => Float, similarityThresholdArg)
  similarityThreshold!: number;

  @Field(() => Float, waitSecondsArg)
  waitSeconds?: number | null;
}

@ObjectType({ description: "Why a picture has nothing to show." })
export class PlotMissing {
  @Field(() => String, {
    description: "As a sentence, which the picture shows in place of marks: no weights, not computed yet.",
  })
  because!: string;
}

@ObjectType("Plot", { description: "A picture: a Vega-Lite specification, and where this server draws it." })
export class PlotType {
  @Field(() => PlotKind, { description: "The kind asked for; DEGRADATION_ACROSS_STUDIES of many studies." })
  kind!: PlotKind;

  @Field(() => PlotTheme, { description: "The theme asked for, within the specification and both images." })
  theme!: PlotTheme;

  @Field(() => String, { description: "The heading that is drawn: what is shown, and of which study and rank." })
  title!: string;

  @Field(() => String, { description: "What the picture shows, in numbers: the text for those who do not see it." })
  description!: string;

  @Field(() => GraphQLJSON, {
    description:
      "The whole Vega-Lite specification, its data and theme within it; of an empty picture, its reason as text.",
  })
  vegaLite!: object;

  @Field(() => String, { description: "Path on this server of the picture as SVG; it stays the same." })
  svgUrl!: string;

  @Field(() => String, { description: "Path on this server of the picture as PNG, at twice its size in pixels." })
  pngUrl!: string;

  @Field(() => String, { description: "Path on this server of the picture's own numbers, at full precision." })
  csvUrl!: string;

  @Field(() => String, { description: "Path on this server of the Vega-Lite specification." })
  vegaLiteUrl!: string;

  @Field(() => PlotMissing, {
    nullable: true,
    description: "Why there is nothing to show; null where there is something.",
  })
  missing!: PlotMissing | null;

  @Field(() => [String], { description: "What the picture leaves out or thins, and why; empty where it shows all." })
  notes!: string[];
}
