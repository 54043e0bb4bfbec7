import { useMemo, useState } from "react";

/** Maximum number of runs that the API compares. */
export const MAX_COMPARED_RUNS = 64;

/** The runs that are selected in a table. */
export interface CheckedRuns {
  readonly ids: readonly string[];
  has(id: string): boolean;
  toggle(id: string): void;
  clear(): void;
}

/** Returns the selected runs of a table, in the order of selection. */
export function useCheckedRuns(): CheckedRuns {
  const [ids, setIds] = useState<readonly string[]>([]);
  return useMemo(() => {
    const selected = new Set(ids);
    return {
      ids,
      has: (id) => selected.has(id),
      toggle: (id) =>
        setIds((before) => (before.includes(id) ? before.filter((other) => other !== id) : [...before, id])),
      clear: () => setIds([]),
    };
  }, [ids]);
}

/** Returns the path of the page that compares the runs `ids`. The first run is the baseline. */
export function compareLink(ids: readonly string[]): string {
  return `/compare?${new URLSearchParams(ids.map((id) => ["run", id])).toString()}`;
}
