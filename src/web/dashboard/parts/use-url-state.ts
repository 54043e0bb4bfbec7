import { useCallback } from "react";
import { useSearchParams } from "wouter";

/** Returns the URL parameters and a function that changes them in place. A value of null or "" removes the parameter. */
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
