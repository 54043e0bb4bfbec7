import { useSyncExternalStore } from "react";

const darkTheme = () => matchMedia("(prefers-color-scheme: dark)");

function subscribe(onChange: () => void): () => void {
  const dark = darkTheme();
  dark.addEventListener("change", onChange);
  return () => dark.removeEventListener("change", onChange);
}

/** Returns the colour theme of the system and follows its changes. */
export const usePlotTheme = (): "LIGHT" | "DARK" =>
  useSyncExternalStore(subscribe, () => (darkTheme().matches ? "DARK" : "LIGHT"));
