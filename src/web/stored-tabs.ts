import type { TabContent } from "./saved-operations.js";

/** The local storage keys of GraphiQL: all tabs, and the two editors of the active tab. */
const KEYS = { tabs: "graphiql:tabState", query: "graphiql:query", variables: "graphiql:variables" };

interface StoredTabs {
  readonly tabs: readonly { query: string | null; variables: string | null }[];
  readonly activeTabIndex: number;
}

/**
 * Prepares GraphiQL's storage before GraphiQL starts. Replaces placeholder variables with those of the default tab and keeps
 * edited tabs unchanged. Stores the editors of the active tab if they are missing, because GraphiQL reads the variables of
 * its first tab only from there.
 *
 * @param placeholders the default tabs for the placeholder study, in the order of `defaultTabs`
 */
export function prepareStorage(
  storage: Storage,
  defaultTabs: readonly TabContent[],
  placeholders: readonly TabContent[],
): void {
  const stored = readTabs(storage);
  const replacements = new Map(placeholders.map(({ variables }, i) => [variables, defaultTabs[i]?.variables ?? null]));
  const tabs = (stored?.tabs ?? defaultTabs).map((tab) => ({
    ...tab,
    variables: replacements.get(tab.variables) ?? tab.variables,
  }));
  if (stored !== undefined) storage.setItem(KEYS.tabs, JSON.stringify({ ...stored, tabs }));
  const active = tabs[stored?.activeTabIndex ?? 0];
  const shown = storage.getItem(KEYS.variables);
  if (shown === null || replacements.has(shown)) storeText(storage, KEYS.variables, active?.variables);
  if (storage.getItem(KEYS.query) === null) storeText(storage, KEYS.query, active?.query);
}

/** Returns undefined if nothing valid is stored. GraphiQL then opens the default tabs. */
function readTabs(storage: Storage): StoredTabs | undefined {
  try {
    const stored = JSON.parse(storage.getItem(KEYS.tabs) ?? "") as Partial<StoredTabs> | null;
    return Array.isArray(stored?.tabs) && typeof stored.activeTabIndex === "number"
      ? (stored as StoredTabs)
      : undefined;
  } catch {
    return undefined;
  }
}

function storeText(storage: Storage, key: string, text: string | null | undefined): void {
  if (text) storage.setItem(key, text);
}
