import { GraphQLJSON } from "graphql-scalars";
import { Field, ObjectType } from "type-graphql";
import { PlotTheme } from "../../model/enums/export.js";
import { PlotKind } from "../../plots/plot-kinds.js";

@ObjectType({ description: "Why a plot is empty." })
class PlotMissing {
  @Field(() => String, {
    description: "Reason in one sentence, which the plot shows instead of marks: no weights, not computed yet.",
  })
  because!: string;
}

@ObjectType("Plot", { description: "A plot: its Vega-Lite specification, and the URLs of its files on this server." })
export class PlotType {
  @Field(() => PlotKind, { description: "The requested kind; DEGRADATION_ACROSS_STUDIES for several studies." })
  kind!: PlotKind;

  @Field(() => PlotTheme, { description: "The requested theme, which applies to the specification and the images." })
  theme!: PlotTheme;

  @Field(() => String, { description: "The title in the plot: its content, the study and the rank." })
  title!: string;

  @Field(() => String, { description: "Text alternative: the content of the plot in numbers." })
  description!: string;

  @Field(() => GraphQLJSON, {
    description: "The complete Vega-Lite specification with data and theme. An empty plot contains its reason as text.",
  })
  vegaLite!: object;

  @Field(() => String, { description: "Stable path of the plot as SVG on this server." })
  svgUrl!: string;

  @Field(() => String, { description: "Path of the plot as PNG on this server, at twice its size in pixels." })
  pngUrl!: string;

  @Field(() => String, { description: "Path of the plotted data as CSV on this server, at full precision." })
  csvUrl!: string;

  @Field(() => String, { description: "Path of the Vega-Lite specification on this server." })
  vegaLiteUrl!: string;

  @Field(() => PlotMissing, { nullable: true, description: "Why the plot is empty; null if it is not." })
  missing!: PlotMissing | null;

  @Field(() => [String], {
    description: "Data that the plot omits or thins out, and the reasons; empty if it shows everything.",
  })
  notes!: readonly string[];
}
