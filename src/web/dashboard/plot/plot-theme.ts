import { useSyncExternalStore } from "react";

const query = () => matchMedia("(prefers-color-scheme: dark)");

function subscribe(onChange: () => void): () => void {
  const dark = query();
  dark.addEventListener("change", onChange);
  return () => dark.removeEventListener("change", onChange);
}

/** What the system shows windows in, also after it changes. */
export const usePlotTheme = (): "LIGHT" | "DARK" =>
  useSyncExternalStore(subscribe, () => (query().matches ? "DARK" : "LIGHT"));
