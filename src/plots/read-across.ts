import { degradationByRank } from "../derive/degradation/degradation.js";
import { RankscopeError } from "../errors.js";
import type { StudyFilter } from "../store/across/filters.js";
import { listStudies } from "../store/across/list-studies.js";
import type { Study } from "../store/studies.js";
import type { AnalysisContext } from "../analysis/analysis-context.js";
import { acceptanceRule, measuredStudy } from "../analysis/judged-study.js";
import type { PlotOptions } from "./plot-options.js";
import type { DegradationAcrossStudies, StudyDegradation } from "./kinds/degradation-across-studies.js";

/** Of one picture: more rows are no picture that a person reads. */
export const MOST_STUDIES = 60;

/** Which studies are meant, and what is said of those that are not shown. */
export interface ChosenStudies {
  readonly studies: readonly Study[];
  readonly notes: readonly string[];
}

/** The first studies, by slug, of those that are named or that `filter` lets through. @throws ARGUMENT_INVALID */
export async function chosenStudies(
  { database, loaders }: AnalysisContext,
  slugs: readonly string[] | null | undefined,
  filter: StudyFilter | null | undefined,
): Promise<ChosenStudies> {
  if (slugs == null) {
    const order = { field: "SLUG", direction: "ASC", metric: "" } as const;
    const counts = { total: true, experiments: false };
    const studies = await listStudies(database, { filter, order, limit: MOST_STUDIES, after: undefined, counts });
    return { studies, notes: cut(studies[0]?.totalCount ?? 0) };
  }
  const wanted = [...new Set(slugs)];
  const found = await Promise.all(wanted.map((slug) => loaders.studyBySlug.load(slug)));
  const studies = found.filter((study) => study !== undefined);
  const missing = wanted.filter((_, i) => found[i] === undefined);
  return {
    studies: studies.slice(0, MOST_STUDIES),
    notes: [
      ...cut(studies.length),
      ...(missing.length > 0
        ? [
            `No such study: ${missing.slice(0, 5).join(", ")}${missing.length > 5 ? `, and ${missing.length - 5} more` : ""}.`,
          ]
        : []),
    ],
  };
}

function cut(all: number): string[] {
  return all > MOST_STUDIES ? [`The first ${MOST_STUDIES} of ${all} studies, by slug where they are not named.`] : [];
}

/** The degradations of the chosen studies at all their ranks; their runs are read together. @throws ARGUMENT_INVALID */
export async function acrossFacts(
  { loaders }: AnalysisContext,
  { studies, notes }: ChosenStudies,
  asked: PlotOptions,
): Promise<DegradationAcrossStudies> {
  const refused: string[] = [];
  const judged = await Promise.all(
    studies.map(async ({ id, slug }) => {
      try {
        const measured = await measuredStudy(loaders, id, asked);
        const rule = acceptanceRule(measured, asked);
        const rows = degradationByRank(measured.runs, rule, measured.roles ?? null);
        return { metric: measured.metric, rows: rows.map((row): StudyDegradation => ({ slug, ...row })) };
      } catch (error) {
        // Sides that were asked for, and that this study has not: the others are shown all the same.
        if (!isAboutSides(error)) throw error;
        refused.push(slug);
        return { metric: undefined, rows: [] };
      }
    }),
  );
  return {
    metric: judged.find(({ metric }) => metric !== undefined)?.metric ?? asked.metricKey ?? asked.metric,
    ...{ thresholdPercent: asked.thresholdPercent, confidence: asked.confidence },
    twoSided: asked.twoSided || asked.rules === "NOTEBOOK",
    rows: judged.flatMap(({ rows }) => rows),
    notes: [...notes, ...(refused.length > 0 ? [`Without the sides asked for: ${refused.sort().join(", ")}.`] : [])],
  };
}

function isAboutSides(error: unknown): boolean {
  return error instanceof RankscopeError && error.detail.where === "baseline and candidate";
}
