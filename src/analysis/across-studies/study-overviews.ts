import type { AcceptanceRule } from "../../derive/degradation/degradation-input.js";
import { storedSummary, type StoredSummary } from "../../derive/similarity/stored-similarity.js";
import { studyOverview, type StudyOverview } from "../../derive/tradeoffs/study-overview.js";
import { MetricName } from "../../model/enums/run.js";
import { runsOfStudies, type StudyRun } from "../../store/across/runs-of-studies.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import type { KeptResults } from "../request/known-studies.js";
import { groupByStudy, runOfRow, storedSimilarities } from "./stored-similarities.js";

/** The overview of each study in a comparison. */
export interface StudyOverviews {
  readonly overviews: ReadonlyMap<string, StudyOverview>;
  /** Returns the stored summary of a study. The first call reads those of all studies. */
  summaryOf(studyId: string): Promise<StoredSummary>;
}

interface OverviewsOptions {
  readonly rule: AcceptanceRule;
  /** Maximum number of pairs of seeds at a rank. */
  readonly maxPairs: number;
}

/**
 * Derives the overviews of studies, by their ids. Those that are kept for a study's revision are neither read nor derived again.
 * The number of statements does not depend on the number of studies.
 */
export async function overviewsOfStudies(
  { database, loaders: { kept } }: Pick<AnalysisContext, "database" | "loaders">,
  studyIds: readonly string[],
  { rule, maxPairs }: OverviewsOptions,
): Promise<StudyOverviews> {
  const readRuns = async (ids: readonly string[]): Promise<StudyRun[]> =>
    ids.length === 0 ? [] : runsOfStudies(database, ids, [rule.metric, MetricName.PEAK_MEMORY_MB]);
  const part = `overview ${JSON.stringify([rule.metric, rule.thresholdPercent, rule.twoSided])}`;
  const overviews = keptOf<StudyOverview>(kept, studyIds, part);
  const missing = studyIds.filter((id) => !overviews.has(id));
  const runs = await readRuns(missing);
  const runsById = groupByStudy(runs);
  for (const studyId of missing) {
    const overview = studyOverview((runsById.get(studyId) ?? []).map(runOfRow), rule);
    overviews.set(studyId, overview);
    kept.keep({ studyId, part }, overview, overview);
  }

  const summaryPart = `stored summary ${maxPairs}`;
  async function readSummaries(): Promise<Map<string, StoredSummary>> {
    const summaries = keptOf<StoredSummary>(kept, studyIds, summaryPart);
    const without = studyIds.filter((id) => !summaries.has(id));
    const known = runs.filter(({ studyId }) => !summaries.has(studyId));
    const others = await readRuns(without.filter((id) => !missing.includes(id)));
    const ranks = groupByStudy(await storedSimilarities(database, [...known, ...others], { maxPairs }));
    for (const studyId of without) {
      const summary = storedSummary(
        (ranks.get(studyId) ?? []).map(({ rank, pairs }) => ({
          rank,
          pairs: pairs.map(({ layers }) => [...layers.values()]),
        })),
      );
      summaries.set(studyId, summary);
      // A comparison that is missing may be stored at any time, which does not change the study's revision.
      if (summary.missingLayers === 0) kept.keep({ studyId, part: summaryPart }, summary, summary);
    }
    return summaries;
  }
  let reading: Promise<Map<string, StoredSummary>> | undefined;
  return {
    overviews,
    async summaryOf(studyId) {
      reading ??= readSummaries();
      return (await reading).get(studyId) ?? storedSummary([]);
    },
  };
}

/** Returns the kept results of a part, by the study's id. */
function keptOf<Result>(kept: KeptResults, studyIds: readonly string[], part: string): Map<string, Result> {
  const results = new Map<string, Result>();
  for (const studyId of studyIds) {
    const result = kept.get({ studyId, part }) as Result | undefined;
    if (result !== undefined) results.set(studyId, result);
  }
  return results;
}
