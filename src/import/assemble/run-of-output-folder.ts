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
 * @param except a run that is not meant
 */
export function runOfOutputFolder<Run extends LocatedRun>(
  runs: readonly Run[],
  outputFolder: string,
  studyName: string,
  except?: Run,
): Run | undefined {
  const wanted = partsOfRunPath(outputFolder).reverse();
  let best: Run | undefined;
  let length = 0;
  let isUnique = true;
  for (const { run, parts: own } of (byLastPart(runs, studyName).get(wanted[0] ?? "") ?? []) as Located<Run>[]) {
    if (run === except) continue;
    const differs = own.findIndex((part, i) => part !== wanted[i]);
    const common = differs === -1 ? own.length : differs;
    if (common === 0 || common < length) continue;
    isUnique = common > length;
    length = common;
    best = run;
  }
  return isUnique ? best : undefined;
}

/** A run with the parts of its path, the last one first. */
interface Located<Run extends LocatedRun> {
  readonly run: Run;
  readonly parts: readonly string[];
}

/** The runs of each list by the last part of their paths: thousands of configurations are looked up in one list. */
const BY_LAST_PART = new WeakMap<
  readonly LocatedRun[],
  { studyName: string; runs: Map<string, Located<LocatedRun>[]> }
>();

function byLastPart(
  runs: readonly LocatedRun[],
  studyName: string,
): ReadonlyMap<string, readonly Located<LocatedRun>[]> {
  const known = BY_LAST_PART.get(runs);
  if (known?.studyName === studyName) return known.runs;
  const found = new Map<string, Located<LocatedRun>[]>();
  for (const run of runs) {
    const parts = [studyName, ...run.folder.split("/").filter((part) => part !== "")].reverse();
    const [last = ""] = parts;
    const ofPart = found.get(last);
    if (ofPart === undefined) found.set(last, [{ run, parts }]);
    else ofPart.push({ run, parts });
  }
  BY_LAST_PART.set(runs, { studyName, runs: found });
  return found;
}
