import { useCallback } from "react";
import { useSearchParams } from "wouter";

/** Reads what the address says after `?`, and changes it in place: a name with null or "" is taken out. */
export function useUrlState(): [URLSearchParams, (changes: Readonly<Record<string, string | null>>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (changes: Readonly<Record<string, string | null>>) =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value === null || value === "") after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: true },
      ),
    [setParameters],
  );
  return [parameters, change];
}
