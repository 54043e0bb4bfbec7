import { GraphQLObjectType, type GraphQLField, type GraphQLSchema } from "graphql";
import { failure } from "../errors.js";
import type { StudyFilter } from "../store/across/filters.js";
import type { AnalysisContext } from "../analysis/analysis-context.js";
import type { PlotOptions, StudyPlotOptions } from "./plot-options.js";
import type { PlotKind, PlotTheme } from "../model/enums/plot.js";
import { degradationAcrossStudies } from "./kinds/degradation-across-studies.js";
import { pictureOfStudy, type StudyPicture } from "./picture-of-study.js";
import { readParameters } from "./plot-parameters.js";
import { acrossFacts, chosenStudies } from "./read-across.js";

export interface AskedPicture extends StudyPicture {
  readonly theme: PlotTheme;
}

/**
 * The picture that an address or a command line asks for. Its parameters are the arguments of the field that gives the same
 * picture, and are checked by the schema.
 *
 * @throws STUDY_NOT_FOUND, ARGUMENT_INVALID
 */
export async function askedPicture(
  context: AnalysisContext,
  schema: GraphQLSchema,
  { slug, kind }: { readonly slug: string; readonly kind: PlotKind },
  parameters: Readonly<Record<string, unknown>>,
): Promise<AskedPicture> {
  const asked = readParameters(fieldOf(schema, "Study", "plot"), parameters) as unknown as StudyPlotOptions;
  const study = await context.loaders.studyBySlug.load(slug);
  if (study === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
  return { theme: asked.theme, ...(await pictureOfStudy(context, study, Object.assign(asked, { kind }))) };
}

/** The same of many studies. @throws ARGUMENT_INVALID */
export async function askedPictureAcross(
  context: AnalysisContext,
  schema: GraphQLSchema,
  parameters: Readonly<Record<string, unknown>>,
): Promise<AskedPicture> {
  const asked = readParameters(fieldOf(schema, "Query", "degradationAcrossStudies"), parameters);
  const { slugs, filter, ...rest } = asked as unknown as PlotOptions & {
    readonly slugs?: readonly string[];
    readonly filter?: StudyFilter;
  };
  const chosen = await chosenStudies(context, slugs, filter);
  const picture = degradationAcrossStudies(await acrossFacts(context, chosen, rest));
  return { theme: rest.theme, picture, pendingJobs: [] };
}

function fieldOf(schema: GraphQLSchema, type: string, name: string): GraphQLField<unknown, unknown> {
  const object = schema.getType(type);
  const field = object instanceof GraphQLObjectType ? object.getFields()[name] : undefined;
  if (field === undefined) throw new Error(`the schema has no field ${type}.${name}`);
  return field;
}
