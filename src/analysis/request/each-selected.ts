/** Returns a batch with one statement for each selection: a document has few, and uses each for any number of runs. */
export function eachSelected<
  Key extends { readonly experimentId: string },
  Row extends { readonly experimentId: string },
>(
  read: (ids: readonly string[], selection: Omit<Key, "experimentId">) => Promise<Row[]>,
): (keys: readonly Key[]) => Promise<Row[][]> {
  return async (keys) => {
    const bySelection = new Map<string, { readonly selection: Omit<Key, "experimentId">; readonly ids: string[] }>();
    for (const { experimentId, ...selection } of keys) {
      const text = JSON.stringify(selection);
      const group = bySelection.get(text) ?? { selection, ids: [] };
      group.ids.push(experimentId);
      bySelection.set(text, group);
    }
    const found = new Map<string, Row[]>(keys.map((key) => [selectedKeyText(key), []]));
    for (const { selection, ids } of bySelection.values()) {
      for (const row of await read(ids, selection)) {
        found.get(selectedKeyText({ ...selection, experimentId: row.experimentId }))?.push(row);
      }
    }
    return keys.map((key) => found.get(selectedKeyText(key)) ?? []);
  };
}

/** Returns the key of a selection of one run, for the cache of a loader. */
export function selectedKeyText({ experimentId, ...selection }: { readonly experimentId: string }): string {
  return `${experimentId} ${JSON.stringify(selection)}`;
}
