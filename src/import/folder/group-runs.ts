import path from "node:path";

/** The folders of one training run. */
export interface RunFolder {
  /** Shortest path suffix that no other run has: `16bit_r8`, or `seed1/16bit_r8`. */
  readonly name: string;
  /** Relative to the study's folder. */
  readonly folder: string;
  readonly saves: readonly SaveFolder[];
}

/** A folder with a saved adapter, a training log, or both. */
export interface SaveFolder {
  /** Relative to the study's folder. */
  readonly folder: string;
  /** Step in a name such as `checkpoint-900`; null for any other name. */
  readonly step: number | null;
  /** Whether the name says that it is the end of the run. */
  readonly isFinal: boolean;
}

const CHECKPOINT_NAME = /^checkpoint-(\d+)$/;
const FINAL_NAME = /^(final|last|best)([-_](model|adapter|checkpoint|weights))?$|^adapter([-_]model)?$/i;

/**
 * Groups save folders into runs. `checkpoint-900` and `final_model` belong to their parent folder; any other folder is a run
 * of its own.
 *
 * @param folders relative to the study's folder; "" is the study's folder itself
 * @param studyName name of the study's folder, for the case that it is a run itself
 */
export function groupRuns(folders: Iterable<string>, studyName: string): RunFolder[] {
  const saves = new Map<string, SaveFolder[]>();
  for (const folder of folders) {
    const { run, ...save } = interpretFolder(folder);
    const known = saves.get(run) ?? [];
    known.push(save);
    saves.set(run, known);
  }
  const names = uniqueNames([...saves.keys()], studyName);
  return [...saves].map(([folder, list]) => ({ name: names.get(folder) ?? folder, folder, saves: list }));
}

/** Interprets the name of a save's folder. */
function interpretFolder(folder: string): SaveFolder & { readonly run: string } {
  const base = path.posix.basename(folder);
  const step = CHECKPOINT_NAME.exec(base)?.[1];
  if (step !== undefined) return { folder, run: parentFolder(folder), step: Number(step), isFinal: false };
  if (!FINAL_NAME.test(base)) return { folder, run: folder, step: null, isFinal: true };
  const parent = interpretFolder(parentFolder(folder));
  // Older callbacks save the adapter of checkpoint-900 in checkpoint-900/adapter_model. It belongs to that checkpoint.
  const parentIsSave = parent.run !== parent.folder;
  return parentIsSave ? { ...parent, folder } : { folder, run: parent.folder, step: null, isFinal: true };
}

/** Returns the folder that contains a file or folder; "" for the study's folder. */
export function parentFolder(file: string): string {
  const parent = path.posix.dirname(file);
  return parent === "." ? "" : parent;
}

/** Returns the shortest unique suffix of each path. The study's name precedes every path. */
function uniqueNames(folders: readonly string[], studyName: string): Map<string, string> {
  const names = new Map<string, string>();
  let unnamed = folders.map((folder) => ({ folder, parts: [studyName, ...folder.split("/").filter(Boolean)] }));
  for (let length = 1; unnamed.length > 0; length++) {
    const suffixOf = ({ parts }: { readonly parts: readonly string[] }): string => parts.slice(-length).join("/");
    const counts = new Map<string, number>();
    for (const run of unnamed) counts.set(suffixOf(run), (counts.get(suffixOf(run)) ?? 0) + 1);
    for (const run of unnamed) {
      if (counts.get(suffixOf(run)) === 1) names.set(run.folder, suffixOf(run));
    }
    unnamed = unnamed.filter(({ folder }) => !names.has(folder));
  }
  return names;
}
