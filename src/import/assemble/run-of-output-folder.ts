import { partsOfRunPath } from "../formats/run-log-evidence.js";

/** A run and its folder, relative to the study's folder. */
interface LocatedRun {
  readonly name: string;
  readonly folder: string;
}

/**
 * Returns the run that an output folder names, wherever the folder was when the run was trained: the one whose folder has the most
 * parts in common with the end of the path. Undefined if none has its last part, or several have equally many.
 *
 * @param studyName name of the study's folder, which is the last part of a run that lies in it
 */
export function runOfOutputFolder<Run extends LocatedRun>(
  runs: readonly Run[],
  outputFolder: string,
  studyName: string,
): Run | undefined {
  const wanted = partsOfRunPath(outputFolder).reverse();
  let best: Run | undefined;
  let length = 0;
  let isUnique = true;
  for (const run of runs) {
    const own = [studyName, ...run.folder.split("/").filter((part) => part !== "")].reverse();
    const differs = own.findIndex((part, i) => part !== wanted[i]);
    const common = differs === -1 ? own.length : differs;
    if (common === 0 || common < length) continue;
    isUnique = common > length;
    length = common;
    best = run;
  }
  return isUnique ? best : undefined;
}
