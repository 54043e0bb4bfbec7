import type { ExperimentFilter, StudyFilter } from "./filters.js";

type Given<Filter> = Filter | null | undefined;

/** Whether lists leave out archived studies: unless the filter has a condition on them, or names studies by their slugs. */
function leavesOut(filter: Given<StudyFilter>): boolean {
  return filter?.archived == null && filter?.slug?.equals == null && filter?.slug?.in == null;
}

/** Returns `filter` without the archived studies that lists leave out. */
export function withoutArchived(filter: Given<StudyFilter>): StudyFilter {
  return leavesOut(filter) ? { ...filter, archived: false } : { ...filter };
}

/** Returns the filter of the archived studies that `withoutArchived` leaves out; undefined if it leaves none out. */
export function leftOutArchived(filter: Given<StudyFilter>): StudyFilter | undefined {
  return leavesOut(filter) ? { ...filter, archived: true } : undefined;
}

/** Returns `filter` without the runs of archived studies that lists leave out. */
export function withoutArchivedRuns(filter: Given<ExperimentFilter>): ExperimentFilter {
  return leavesOut(filter?.study) ? { ...filter, study: withoutArchived(filter?.study) } : { ...filter };
}

/** Returns the filter of the runs that `withoutArchivedRuns` leaves out; undefined if it leaves none out. */
export function leftOutArchivedRuns(filter: Given<ExperimentFilter>): ExperimentFilter | undefined {
  const study = leftOutArchived(filter?.study);
  return study === undefined ? undefined : { ...filter, study };
}
