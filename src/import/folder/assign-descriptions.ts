import path from "node:path";
import type { DescribingFile } from "./classify-files.js";
import type { RunFolder } from "./group-runs.js";
import { parentFolder } from "./save-folder.js";

/** Files that describe runs, by the folder of the run that they belong to. */
export interface AssignedDescriptions {
  readonly byRun: ReadonlyMap<string, readonly DescribingFile[]>;
  /** Files that lie above several runs. They belong to the run whose output folder they state, or to none. */
  readonly shared: readonly DescribingFile[];
}

/**
 * Assigns each file to the run in its folder, else to the nearest run above it, else to the only run below it.
 *
 * @param runs all runs, those without an adapter included
 */
export function assignDescriptions(
  runs: readonly RunFolder[],
  descriptions: readonly DescribingFile[],
): AssignedDescriptions {
  const runOfFolder = new Map(
    runs.flatMap((run) =>
      [run.folder, ...run.saves.map(({ folder }) => folder)].map((folder) => [folder, run.folder] as const),
    ),
  );
  const runsBelow = runsBelowFolders(runs);
  const byRun = new Map<string, DescribingFile[]>();
  const shared: DescribingFile[] = [];
  for (const description of descriptions) {
    const run =
      nearestRun(description.runFolder, runOfFolder) ??
      onlyRun(runsBelow.get(description.runFolder)) ??
      runOfName(description, runs);
    if (run === undefined) shared.push(description);
    else byRun.set(run, [...(byRun.get(run) ?? []), description]);
  }
  return { byRun, shared };
}

/** Returns folders of descriptions that have no run in, above or below them. Their files may describe a run without a save. */
export function foldersWithoutRun(runs: readonly RunFolder[], descriptions: readonly DescribingFile[]): string[] {
  if (descriptions.length === 0) return [];
  const { shared } = assignDescriptions(runs, descriptions);
  const runsBelow = runsBelowFolders(runs);
  const folders = new Set(shared.map(({ runFolder }) => runFolder));
  const isOfRun = new Set(
    shared.filter(({ format }) => format.decidesByContent !== true).map(({ runFolder }) => runFolder),
  );
  const parents = new Set([...folders].flatMap(foldersAbove));
  // Figures above several runs sum them up.
  return [...folders].filter((folder) => !runsBelow.has(folder) && (isOfRun.has(folder) || !parents.has(folder)));
}

/** Returns the only run that has the name of a file which does not lie in its run's folder: `logs/qlora_r8.log`. */
function runOfName({ file, runFolder }: DescribingFile, runs: readonly RunFolder[]): string | undefined {
  if (!file.startsWith(`${runFolder}.`)) return undefined;
  const name = path.posix.basename(runFolder);
  return onlyRun(
    new Set(runs.filter(({ folder }) => path.posix.basename(folder) === name).map(({ folder }) => folder)),
  );
}

function nearestRun(folder: string, runOfFolder: ReadonlyMap<string, string>): string | undefined {
  for (let at = folder; ; at = parentFolder(at)) {
    const run = runOfFolder.get(at);
    if (run !== undefined) return run;
    if (at === "") return undefined;
  }
}

function foldersAbove(folder: string): string[] {
  const above: string[] = [];
  for (let at = folder; at !== "";) {
    at = parentFolder(at);
    above.push(at);
  }
  return above;
}

/** Returns the folders of the runs below each folder. */
function runsBelowFolders(runs: readonly RunFolder[]): Map<string, ReadonlySet<string>> {
  const below = new Map<string, Set<string>>();
  for (const { folder } of runs) {
    for (let at = folder; at !== "";) {
      at = parentFolder(at);
      below.set(at, (below.get(at) ?? new Set<string>()).add(folder));
    }
  }
  return below;
}

function onlyRun(folders: ReadonlySet<string> | undefined): string | undefined {
  return folders?.size === 1 ? [...folders][0] : undefined;
}
