import type { Connection } from "../../store/connection.js";
import {
  experimentPages,
  type ExperimentPage,
  type ExperimentPageSelection,
} from "../../store/across/experiment-pages.js";
import { checkConfigFields } from "../across-studies/check-config-fields.js";

/** A page of the selected runs of a study. */
export interface ExperimentPageKey extends ExperimentPageSelection {
  readonly studyId: string;
}

const EMPTY_PAGE: ExperimentPage = { ids: [], totalCount: 0, hasNextPage: false, isAfterKnown: false };

/** Reads the pages of each different selection in one statement. An invalid selection is an error of its own keys only. */
export async function readPages(
  database: Connection,
  keys: readonly ExperimentPageKey[],
): Promise<(ExperimentPage | Error)[]> {
  const selections = new Map(keys.map((key) => [selectionText(key), key]));
  const found = new Map<string, ReadonlyMap<string, ExperimentPage> | Error>();
  for (const [text, selection] of selections) {
    const studyIds = keys.filter((key) => selectionText(key) === text).map(({ studyId }) => studyId);
    found.set(text, await readSelection(database, studyIds, selection));
  }
  return keys.map((key) => {
    const ofSelection = found.get(selectionText(key));
    return ofSelection instanceof Error ? ofSelection : (ofSelection?.get(key.studyId) ?? emptyPage(key));
  });
}

function emptyPage({ after }: ExperimentPageKey): ExperimentPage {
  return { ...EMPTY_PAGE, isAfterKnown: after === null };
}

async function readSelection(
  database: Connection,
  studyIds: readonly string[],
  selection: ExperimentPageSelection,
): Promise<ReadonlyMap<string, ExperimentPage> | Error> {
  try {
    const { filter, orderBy } = selection;
    await checkConfigFields(database, { filter, fields: orderBy?.field === "CONFIG" ? [orderBy.config ?? ""] : [] });
    const pages = await experimentPages(database, studyIds, selection);
    return new Map(pages.map(({ studyId, ...page }) => [studyId, page]));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Returns a text that is equal for equal keys. */
export function pageKeyText(key: ExperimentPageKey): string {
  return `${key.studyId} ${selectionText(key)}`;
}

function selectionText({ filter, orderBy, first, after }: ExperimentPageSelection): string {
  return JSON.stringify([filter, orderBy, first, after]);
}
