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
    const { run, ...save } = placeOf(folder);
    const known = saves.get(run);
    if (known === undefined) saves.set(run, [save]);
    else known.push(save);
  }
  const names = uniqueNames([...saves.keys()], studyName);
  return [...saves].map(([folder, list]) => ({ name: names.get(folder) ?? folder, folder, saves: list }));
}

/** Where a save belongs, by its folder's name. */
function placeOf(folder: string): SaveFolder & { readonly run: string } {
  const base = path.posix.basename(folder);
  const step = CHECKPOINT.exec(base)?.[1];
  if (step !== undefined) return { folder, run: parentOf(folder), step: Number(step), isFinal: false };
  if (!FINAL.test(base)) return { folder, run: folder, step: null, isFinal: true };
  const around = placeOf(parentOf(folder));
  // Older callbacks save the adapter of checkpoint-900 in checkpoint-900/adapter_model: it is that checkpoint's.
  const isInsidePart = around.run !== around.folder;
  return isInsidePart ? { ...around, folder } : { folder, run: around.folder, step: null, isFinal: true };
}

function parentOf(folder: string): string {
  const parent = path.posix.dirname(folder);
  return parent === "." ? "" : parent;
}

/** The shortest suffix of each path that only it has; the study's own name stands before every path. */
function uniqueNames(folders: readonly string[], studyName: string): Map<string, string> {
  const names = new Map<string, string>();
  let unnamed = folders.map((folder) => ({ folder, parts: [studyName, ...folder.split("/").filter(Boolean)] }));
  for (let length = 1; unnamed.length > 0; length++) {
    const suffixOf = ({ parts }: { readonly parts: readonly string[] }) => parts.slice(-length).join("/");
    const counts = new Map<string, number>();
    for (const run of unnamed) counts.set(suffixOf(run), (counts.get(suffixOf(run)) ?? 0) + 1);
    for (const run of unnamed) if (counts.get(suffixOf(run)) === 1) names.set(run.folder, suffixOf(run));
    unnamed = unnamed.filter(({ folder }) => !names.has(folder));
  }
  return names;
}
