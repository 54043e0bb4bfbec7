import path from "node:path";
import { parentFolder, type SaveFolder } from "./save-folder.js";

/** Saves by the folder of their run. */
type SavesByRun = ReadonlyMap<string, readonly SaveFolder[]>;

/** Folders in which a trainer writes its checkpoints, beside the adapter that a script saves at the end. */
const OUTPUT_NAME = /^(?:trainer[-_]?)?(?:outputs?|checkpoints?|ckpts?)$/i;
/** Names of an adapter that a script saves at the end of a training: `lora_model` (Unsloth), `peft-adapter`. */
const SAVED_ADAPTER_NAME = /^(?:q?(?:lora|dora)|peft|sft|trained|fine[-_]?tuned)[-_](?:model|adapters?|weights)$/i;

/**
 * Joins what one training wrote into two folders. The checkpoints in `X` or `X/outputs` and the adapter in `X/lora_model`, or in
 * another final save of `X`, are the saves of one run, `X`. Where several trainings or adapters are possible, all stay runs of
 * their own.
 */
export function joinTrainingOutputs(saves: SavesByRun): SavesByRun {
  const folders = [...saves.keys()];
  const isAdapter = (folder: string) => isSavedAdapter(folder, saves.get(folder) ?? []);
  const adapters = groupBy(folders.filter(isAdapter), parentFolder);
  const trainings = groupBy(
    folders.filter((folder) => !isAdapter(folder)),
    (folder) => (isOutputFolder(folder, saves.get(folder) ?? []) ? parentFolder(folder) : folder),
  );
  const joined = new Map(saves);
  for (const [run, parts] of trainings) {
    const adapter = onlyOne(adapters.get(run) ?? []);
    const outputs = parts.filter((folder) => folder !== run);
    const hasFinal = (saves.get(run) ?? []).some(({ isFinal, folder }) => isFinal && folder !== run);
    const others = [...outputs, ...(adapter === undefined || hasFinal ? [] : [adapter])];
    const isOneTraining = outputs.length <= 1 && (parts.includes(run) || adapter !== undefined);
    if (others.length === 0 || !isOneTraining) continue;
    for (const folder of others) joined.delete(folder);
    joined.set(
      run,
      [run, ...others].flatMap((folder) => saves.get(folder) ?? []),
    );
  }
  return joined;
}

/** Returns whether the folder is a run of its own whose name says that it is the adapter of a training. */
function isSavedAdapter(folder: string, saves: readonly SaveFolder[]): boolean {
  return SAVED_ADAPTER_NAME.test(path.posix.basename(folder)) && saves.every((save) => save.folder === folder);
}

/** Returns whether the folder holds the checkpoints of one training, beside what else the training wrote. */
function isOutputFolder(folder: string, saves: readonly SaveFolder[]): boolean {
  const isNamedSo = OUTPUT_NAME.test(path.posix.basename(folder));
  return isNamedSo && saves.some(({ step, epoch }) => step !== null || epoch !== null);
}

function onlyOne(folders: readonly string[]): string | undefined {
  return folders.length === 1 ? folders[0] : undefined;
}

function groupBy(folders: readonly string[], keyOf: (folder: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const folder of folders) {
    const group = groups.get(keyOf(folder));
    if (group === undefined) groups.set(keyOf(folder), [folder]);
    else group.push(folder);
  }
  return groups;
}
