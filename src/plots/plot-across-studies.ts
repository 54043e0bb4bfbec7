import { checkConfigFields } from "../analysis/across-studies/check-config-fields.js";
import type { AnalysisContext } from "../analysis/request/analysis-context.js";
import { leftOutArchived, withoutArchived } from "../store/across/archived-studies.js";
import type { StudyFilter } from "../store/across/filters.js";
import { countListedStudies, listStudies } from "../store/across/list-studies.js";
import type { Study } from "../store/studies/studies.js";
import { degradationAcrossStudies, readDegradationAcrossStudies } from "./kinds/degradation-across-studies.js";
import type { PlotOptions } from "./plot-kind.js";
import type { Plot } from "./plot.js";

/** Maximum number of studies in a plot: more rows would not be legible. */
export const MAX_STUDIES = 60;
/** Maximum number of unknown slugs that a note names. */
const MAX_NAMED = 5;

/** Selects studies: those of `slugs` if they are given, otherwise those that match `filter`. */
interface StudySelection {
  readonly slugs: readonly string[] | null | undefined;
  readonly filter: StudyFilter | null | undefined;
  /** Whether a filter also selects archived studies. */
  readonly includeArchived: boolean;
}

/** Returns the plot of the degradation of the selected studies, by slug. @throws ARGUMENT_INVALID */
export async function plotAcrossStudies(
  context: AnalysisContext,
  { slugs, filter, includeArchived }: StudySelection,
  options: PlotOptions,
): Promise<Plot> {
  const selected =
    slugs == null ? await matchingStudies(context, filter, includeArchived) : await namedStudies(context, slugs);
  const facts = await readDegradationAcrossStudies(context, selected.studies, options);
  return degradationAcrossStudies({ ...facts, notes: [...selected.notes, ...facts.notes] });
}

/** The studies that a plot shows, with notes on those that it omits. */
interface SelectedStudies {
  readonly studies: readonly Study[];
  readonly notes: readonly string[];
}

async function matchingStudies(
  { database }: AnalysisContext,
  filter: StudyFilter | null | undefined,
  includeArchived: boolean,
): Promise<SelectedStudies> {
  await checkConfigFields(database, { filter });
  const leftOut = includeArchived ? undefined : leftOutArchived(filter);
  const archived = leftOut === undefined ? 0 : await countListedStudies(database, leftOut);
  const studies = await listStudies(database, {
    filter: includeArchived ? filter : withoutArchived(filter),
    order: { field: "SLUG", direction: "ASC", metric: "" },
    limit: MAX_STUDIES,
    after: undefined,
    counts: { total: true, experiments: false },
  });
  const total = studies[0]?.totalCount ?? 0;
  return { studies, notes: [...truncationNotes(total, "ordered by slug"), ...archivedNotes(archived)] };
}

async function namedStudies({ loaders }: AnalysisContext, slugs: readonly string[]): Promise<SelectedStudies> {
  const requested = [...new Set(slugs)];
  const loaded = await Promise.all(requested.map((slug) => loaders.studyBySlug.load(slug)));
  const studies = loaded.filter((study) => study !== undefined);
  const unknown = requested.filter((_, i) => loaded[i] === undefined);
  return {
    studies: studies.slice(0, MAX_STUDIES),
    notes: [...truncationNotes(studies.length, "in the given order"), ...unknownNotes(unknown)],
  };
}

function truncationNotes(total: number, order: string): string[] {
  return total > MAX_STUDIES ? [`Shows the first ${MAX_STUDIES} of ${total} studies, ${order}.`] : [];
}

function archivedNotes(count: number): string[] {
  return count === 0 ? [] : [`Archived studies that match and are left out: ${count}.`];
}

function unknownNotes(slugs: readonly string[]): string[] {
  if (slugs.length === 0) return [];
  const more = slugs.length > MAX_NAMED ? `, and ${slugs.length - MAX_NAMED} more` : "";
  return [`No such study: ${slugs.slice(0, MAX_NAMED).join(", ")}${more}.`];
}
