import { useMemo, useState } from "react";

/** The API compares no more runs at once. */
export const MAX_PICKS = 64;

/** Runs chosen from a table, to be compared. */
export interface Picks {
  readonly ids: readonly string[];
  has(id: string): boolean;
  toggle(id: string): void;
  clear(): void;
}

/** Runs chosen so far, in the order in which they were. */
export function usePicks(): Picks {
  const [ids, setIds] = useState<readonly string[]>([]);
  return useMemo(() => {
    const chosen = new Set(ids);
    return {
      ids,
      has: (id) => chosen.has(id),
      toggle: (id) =>
        setIds((before) => (before.includes(id) ? before.filter((other) => other !== id) : [...before, id])),
      clear: () => setIds([]),
    };
  }, [ids]);
}

/** Where the runs of `ids` are compared, the first being what the others are compared with. */
export function compareLink(ids: readonly string[]): string {
  return `/compare?${new URLSearchParams(ids.map((id) => ["run", id])).toString()}`;
}
