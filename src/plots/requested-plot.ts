import { GraphQLObjectType, type GraphQLField, type GraphQLSchema } from "graphql";
import type { AnalysisContext } from "../analysis/request/analysis-context.js";
import { failure } from "../errors.js";
import type { PlotTheme } from "../model/enums/export.js";
import type { StudyFilter } from "../store/across/filters.js";
import { plotAcrossStudies } from "./plot-across-studies.js";
import type { PlotOptions, StudyPlot, StudyPlotOptions } from "./plot-kind.js";
import type { PlotKind } from "./plot-kinds.js";
import { plotOfStudy } from "./plot-of-study.js";
import { readParameters } from "./plot-parameters.js";

export interface RequestedPlot extends StudyPlot {
  readonly theme: PlotTheme;
}

/**
 * Returns the plot of a study that a URL or a command line requests. Its parameters are the arguments of the field
 * `Study.plot`, and the schema validates them.
 *
 * @throws STUDY_NOT_FOUND, ARGUMENT_INVALID
 */
export async function requestedPlot(
  context: AnalysisContext,
  schema: GraphQLSchema,
  { slug, kind }: { readonly slug: string; readonly kind: PlotKind },
  parameters: Readonly<Record<string, unknown>>,
): Promise<RequestedPlot> {
  const options = readParameters(fieldOf(schema, "Study", "plot"), parameters) as unknown as StudyPlotOptions;
  const study = await context.loaders.studyBySlug.load(slug);
  if (study === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
  const { plot, pendingJobs } = await plotOfStudy(context, study, kind, options);
  return { theme: options.theme, plot, pendingJobs };
}

/** Returns the plot across studies that a URL requests. @throws ARGUMENT_INVALID */
export async function requestedPlotAcrossStudies(
  context: AnalysisContext,
  schema: GraphQLSchema,
  parameters: Readonly<Record<string, unknown>>,
): Promise<RequestedPlot> {
  const field = fieldOf(schema, "Query", "degradationAcrossStudies");
  const { slugs, filter, includeArchived, ...options } = readParameters(field, parameters) as unknown as PlotOptions & {
    readonly slugs?: readonly string[];
    readonly filter?: StudyFilter;
    readonly includeArchived: boolean;
  };
  const plot = await plotAcrossStudies(context, { slugs, filter, includeArchived }, options);
  return { theme: options.theme, plot, pendingJobs: [] };
}

function fieldOf(schema: GraphQLSchema, type: string, name: string): GraphQLField<unknown, unknown> {
  const object = schema.getType(type);
  const field = object instanceof GraphQLObjectType ? object.getFields()[name] : undefined;
  if (field === undefined) throw new Error(`the schema has no field ${type}.${name}`);
  return field;
}
