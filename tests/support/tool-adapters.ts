import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fixtureFile } from "./fixture-file.js";
import type { ExpectedUpdate } from "./dense-update.js";

/** Comparison of one layer of two runs, formed in full. */
export interface ExpectedPair {
  readonly baseline: string;
  readonly candidate: string;
  readonly layers: Readonly<Record<string, { readonly cosine: number; readonly l2Distance: number }>>;
}

/** What NumPy computed from the factors of runs of one tool: see scripts/reference/updates.py. */
export interface ExpectedUpdates {
  readonly runs: Readonly<Record<string, Readonly<Record<string, ExpectedUpdate>>>>;
  readonly pairs: readonly ExpectedPair[];
}

/** Returns the folder of the adapters that a tool wrote, and their updates. */
export function toolAdapters(tool: string): { readonly folder: string; readonly expected: ExpectedUpdates } {
  const file = fileURLToPath(new URL(`../fixtures/updates/${tool}.json`, import.meta.url));
  return { folder: fixtureFile(tool), expected: JSON.parse(readFileSync(file, "utf8")) as ExpectedUpdates };
}
