import type { ReadyTab } from "./all-operations.js";

/** Where GraphiQL keeps all tabs, and the active one's editors, in localStorage. */
const KEYS = { tabs: "graphiql:tabState", query: "graphiql:query", variables: "graphiql:variables" };

interface StoredTabs {
  readonly tabs: readonly { query: string | null; variables: string | null }[];
  readonly activeTabIndex: number;
}

/**
 * Readies GraphiQL's storage before it opens. Tabs that a person has edited stand as they are; variables that still are a
 * placeholder's become the ready tab's; and the active tab's editors are stored where they are not: GraphiQL fills its first
 * tab's variables only from there.
 *
 * @param placeholders the ready tabs as they are without a study, in the order of `ready`
 */
export function prepareStorage(storage: Storage, ready: readonly ReadyTab[], placeholders: readonly ReadyTab[]): void {
  const stored = readTabs(storage);
  const real = new Map(placeholders.map(({ variables }, i) => [variables, ready[i]?.variables ?? null]));
  const tabs = (stored?.tabs ?? ready).map((tab) => ({ ...tab, variables: real.get(tab.variables) ?? tab.variables }));
  if (stored !== undefined) storage.setItem(KEYS.tabs, JSON.stringify({ ...stored, tabs }));
  const active = tabs[stored?.activeTabIndex ?? 0];
  const shown = storage.getItem(KEYS.variables);
  if (shown === null || real.has(shown)) keep(storage, KEYS.variables, active?.variables);
  if (storage.getItem(KEYS.query) === null) keep(storage, KEYS.query, active?.query);
}

/** Undefined where nothing, or nothing that can be read, is stored: GraphiQL opens the ready tabs then. */
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

function keep(storage: Storage, key: string, text: string | null | undefined): void {
  if (text) storage.setItem(key, text);
}
