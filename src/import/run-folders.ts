import path from "node:path";

/** One training run's place: a folder, and what of it lies in which subfolder. */
export interface RunFolder {
  /** Shortest path suffix that no other run has: `16bit_r8`, or `seed1/16bit_r8`. */
  readonly name: string;
  /** Relative to the study's folder. */
  readonly folder: string;
  readonly saves: readonly SaveFolder[];
}

/** A folder with a saved adapter, a trainer state, or both. */
export interface SaveFolder {
  /** Relative to the study's folder. */
  readonly folder: string;
  /** From a name such as `checkpoint-900`; null where the name does not tell. */
  readonly step: number | null;
  /** Whether the name says that it is the run's end. */
  readonly isFinal: boolean;
}

const CHECKPOINT = /^checkpoint-(\d+)$/;
const FINAL = /^(final|last|best)([-_](model|adapter|checkpoint|weights))?$|^adapter([-_]model)?$/i;

/**
 * Puts the folders that hold saves together into runs: `checkpoint-900` and `final_model` belong to the folder around
 * them, any other is a run by itself.
 *
 * @param folders relative to the study's folder; "" is the study's folder itself
 * @param studyName stands for the study's folder where that is a run itself
 */
export function runFolders(folders: Iterable<string>, studyName: string): RunFolder[] {
  const saves = new Map<string, SaveFolder[]>();
  for (const folder of folders) {
    const base = path.posix.basename(folder);
    const step = CHECKPOINT.exec(base)?.[1];
    const isFinal = FINAL.test(base);
    const isPart = step !== undefined || isFinal;
    const parent = path.posix.dirname(folder);
    const run = isPart ? (parent === "." ? "" : parent) : folder;
    const save = { folder, step: step === undefined ? null : Number(step), isFinal: !isPart || isFinal };
    saves.set(run, [...(saves.get(run) ?? []), save]);
  }
  const names = uniqueNames([...saves.keys()], studyName);
  return [...saves].map(([folder, list]) => ({ name: names.get(folder) ?? folder, folder, saves: list }));
}

/** The shortest suffix of each path that only it has. */
function uniqueNames(folders: readonly string[], studyName: string): Map<string, string> {
  const parts = new Map(folders.map((folder) => [folder, folder === "" ? [studyName] : folder.split("/")]));
  const suffix = (folder: string, length: number) => (parts.get(folder) ?? []).slice(-length).join("/");
  const names = new Map<string, string>();
  for (const folder of folders) {
    let length = 1;
    while (folders.some((other) => other !== folder && suffix(other, length) === suffix(folder, length)) && length < 100) length++;
    names.set(folder, suffix(folder, length));
  }
  return names;
}
