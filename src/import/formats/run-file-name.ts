import path from "node:path";
import { columnName } from "../tables/column-name.js";
import { runLabel } from "../tables/run-label.js";
import { parentFolder } from "../folder/save-folder.js";

/** Words of file names that say what a file has, not whose it is: `train_log`, `eval_metrics`, `history`. */
const GENERIC_WORDS = new Set(
  (
    "train training trainer finetune finetuning eval evaluation val valid validation test final all best last run model metrics metric " +
    "history log logs progress curve curves loss losses step steps summary results result stats scores score output outputs " +
    "performance stdout console nohup out"
  ).split(" "),
);

/** Returns a file's name in snake case without its extensions. */
function stemOf(where: string): string {
  return columnName(path.posix.basename(where).replace(/\.\w+$/, ""));
}

/** Returns whether a file's name consists of words that fit any run: `metrics.json`, `train_log.csv`. */
export function hasGenericName(where: string): boolean {
  const words = stemOf(where).split("_");
  return words[0] !== "" && words.every((word) => GENERIC_WORDS.has(word));
}

/** Returns whether a file's name says of which run it is: `qlora_r8_seed1.log`. */
export function namesItsRun(where: string): boolean {
  return runLabel(stemOf(where)) !== undefined;
}

/**
 * Returns the folder of the run that a file in people's own form describes: its own folder, or, for a file that has a run's name in a
 * folder that has none (`logs/qlora_r8_seed1.log`), a folder of the file's name beside it. That run may lie elsewhere.
 *
 * @param where relative to the study's folder
 */
export function folderOfRunFile(where: string): string {
  const folder = parentFolder(where);
  const isRunsFolder = runLabel(columnName(path.posix.basename(folder))) !== undefined;
  if (isRunsFolder || !namesItsRun(where)) return folder;
  return where.replace(/\.\w+$/, "");
}
