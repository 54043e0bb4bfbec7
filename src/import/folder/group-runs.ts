import path from "node:path";
import { joinTrainingOutputs } from "./join-training-outputs.js";
import { parentFolder, type SaveFolder } from "./save-folder.js";

/** The folders of one training run. */
export interface RunFolder {
  /** Shortest path suffix that no other run has: `16bit_r8`, or `seed1/16bit_r8`. */
  readonly name: string;
  /** Relative to the study's folder. */
  readonly folder: string;
  readonly saves: readonly SaveFolder[];
}

const CHECKPOINT_NAME = /^(?:checkpoint|ckpt|global[-_]?step|step|iter(?:ation)?)[-_]?(\d{1,9})$/i;
/** torchtune and others save one folder an epoch. */
const EPOCH_NAME = /^epoch[-_]?(\d{1,9})$/i;
/** A repository in the hub's cache, and one of its revisions. */
const HUB_REPOSITORY = /^models--(?:.+--)?(.+)$/;
const HUB_SNAPSHOT = /(?:(?:^|\/)models--[^/]+\/snapshots\/[^/]+|^snapshots\/[0-9a-f]{40})$/;
const FINAL_NAME = /^(final|last|best)([-_](model|adapter|checkpoint|weights))?$|^adapter([-_]model)?$/i;

/**
 * Groups save folders into runs. `checkpoint-900`, `epoch_1` and `final_model` belong to their parent folder, a snapshot of the
 * hub's cache to its repository; any other folder is a run of its own, or a part of one (joinTrainingOutputs).
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
  const joined = joinTrainingOutputs(saves);
  const names = uniqueNames([...joined.keys()], studyName);
  return [...joined].map(([folder, list]) => ({
    name: names.get(folder) ?? folder,
    folder,
    saves: withLastEpoch(list),
  }));
}

/** Marks the save of the last epoch as the end of the run, if no other save is. */
function withLastEpoch(saves: readonly SaveFolder[]): SaveFolder[] {
  if (saves.some(({ isFinal }) => isFinal)) return [...saves];
  const last = saves.reduce((latest, { epoch }) => Math.max(latest, epoch ?? -1), -1);
  return saves.map((save) => ({ ...save, isFinal: last >= 0 && save.epoch === last }));
}

/** Interprets the name of a save's folder. */
function interpretFolder(folder: string): SaveFolder & { readonly run: string } {
  const base = path.posix.basename(folder);
  const step = CHECKPOINT_NAME.exec(base)?.[1];
  const run = runAbove(folder);
  if (step !== undefined) return { folder, run, step: Number(step), epoch: null, isFinal: false };
  const epoch = EPOCH_NAME.exec(base)?.[1];
  if (epoch !== undefined) return { folder, run, step: null, epoch: Number(epoch), isFinal: false };
  if (HUB_SNAPSHOT.test(folder)) return { folder, run: repositoryOf(folder), step: null, epoch: null, isFinal: true };
  if (!FINAL_NAME.test(base)) return { folder, run: folder, step: null, epoch: null, isFinal: true };
  const parent = interpretFolder(parentFolder(folder));
  // Older callbacks save the adapter of checkpoint-900 in checkpoint-900/adapter_model. It belongs to that checkpoint.
  const parentIsSave = parent.run !== parent.folder;
  return parentIsSave ? { ...parent, folder } : { folder, run: parent.folder, step: null, epoch: null, isFinal: true };
}

/** Returns the run of the folder that contains a save. */
function runAbove(folder: string): string {
  const parent = parentFolder(folder);
  return HUB_SNAPSHOT.test(parent) ? repositoryOf(parent) : parent;
}

/** Returns the repository of a snapshot: `models--team--16bit_r4` for `models--team--16bit_r4/snapshots/0123abcd`. */
function repositoryOf(snapshot: string): string {
  return parentFolder(parentFolder(snapshot));
}

/** Returns `16bit_r4` for the folder `models--team--16bit_r4` of the hub's cache; other names as they are. */
export function repositoryName(name: string): string {
  return HUB_REPOSITORY.exec(name)?.[1] ?? name;
}

/** Returns the shortest unique suffix of each path. The study's name precedes every path. */
function uniqueNames(folders: readonly string[], studyName: string): Map<string, string> {
  const names = new Map<string, string>();
  let unnamed = folders.map((folder) => ({ folder, parts: [studyName, ...folder.split("/").filter(Boolean)] }));
  for (let length = 1; unnamed.length > 0; length++) {
    const suffixOf = ({ parts }: { readonly parts: readonly string[] }): string =>
      parts.slice(-length).map(repositoryName).join("/");
    const counts = new Map<string, number>();
    for (const run of unnamed) counts.set(suffixOf(run), (counts.get(suffixOf(run)) ?? 0) + 1);
    for (const run of unnamed) {
      if (counts.get(suffixOf(run)) === 1) names.set(run.folder, suffixOf(run));
    }
    unnamed = unnamed.filter(({ folder }) => !names.has(folder));
  }
  return names;
}
