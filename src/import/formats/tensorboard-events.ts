import path from "node:path";
import { listFolder } from "../../files/list-folder.js";
import type { RunLog } from "../logs/run-log.js";
import { mergeStarts } from "../tensorboard/merge-starts.js";
import { readEventFile } from "../tensorboard/read-event-file.js";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat, SourceFile } from "./result-format.js";
import { evidenceOfRun } from "./run-log-evidence.js";

const EVENT_FILE = /^events\.out\.tfevents\./;
/** Folder that the Trainer makes for each start: `runs/Nov27_02-25-13_host`. */
const START_FOLDER = /^[A-Z][a-z]{2}\d{2}_\d{2}-\d{2}-\d{2}_/;
/** Folders of logs in the folder of a run. */
const LOG_FOLDER = /(?:^|\/)(?:runs|logs?|tensorboard|tb|tb_logs|tensorboard_logs)$|^\.$/;

/**
 * Event files of TensorBoard. All files of one folder, and all starts of one run of the Trainer, are read together with the first
 * of them: a later start replaces the points that it repeats.
 */
export const TENSORBOARD_EVENTS: ResultFormat<RunEvidence> = {
  name: "TensorBoard events",
  gives: ["settings", "curves"],
  recognises: (fileName) => EVENT_FILE.test(fileName),
  runFolder: (where) => folderOfStarts(path.posix.dirname(where)).replace(LOG_FOLDER, ""),
  async read(file) {
    const found = filesOfRun(file);
    // The file of a cache lies elsewhere, under another name: it is read alone.
    const files = found.some(({ path: place }) => place === file.path) ? found : [file];
    if (files[0]?.path !== file.path) return [];
    const logs: RunLog[] = [];
    for (const { path: place, where } of files) logs.push(await readEventFile(place, where));
    const { log, restarts } = mergeStarts(logs);
    const evidence = evidenceOfRun({ ...log, settings: settingsOf(log) }, "tensorBoard");
    return restarts.length === 0 ? evidence : [...evidence, { kind: "restarts", steps: restarts }];
  },
};

/** Returns the event files of the same run, sorted by path. */
function filesOfRun(file: SourceFile): SourceFile[] {
  const folder = path.dirname(file.path);
  const where = path.posix.dirname(file.where);
  const together = START_FOLDER.test(path.basename(folder)) ? startFolders(folder, where) : [{ path: folder, where }];
  const files: SourceFile[] = [];
  for (const start of together) {
    for (const name of namesIn(start.path, "file")) {
      if (EVENT_FILE.test(name))
        files.push({ path: path.join(start.path, name), where: path.posix.join(start.where, name) });
    }
  }
  return files;
}

/** Returns the folders of all starts of the run of one start. */
function startFolders(folder: string, where: string): SourceFile[] {
  const names = namesIn(path.dirname(folder), "folder");
  return names
    .filter((name) => START_FOLDER.test(name))
    .map((name) => ({
      path: path.join(path.dirname(folder), name),
      where: path.posix.join(path.posix.dirname(where), name),
    }));
}

function namesIn(folder: string, kind: "file" | "folder"): string[] {
  const entries = listFolder(folder) ?? [];
  return entries
    .filter((entry) => (kind === "file" ? entry.isFile() : entry.isDirectory()))
    .map((entry) => entry.name)
    .sort();
}

function folderOfStarts(folder: string): string {
  return START_FOLDER.test(path.posix.basename(folder)) ? path.posix.dirname(folder) : folder;
}

/** Only the name and the quantization in the model's configuration describe the run; the rest describes every run of the model. */
function settingsOf({ settings }: RunLog): Map<string, unknown> {
  const model = settings.get("model_config");
  const own = new Map([...settings].filter(([key]) => key !== "model_config"));
  if (typeof model !== "object" || model === null) return own;
  const { _name_or_path: name, quantization_config: quantization } = model as Record<string, unknown>;
  if (name !== undefined && name !== "") own.set("base_model", name);
  if (quantization !== undefined) own.set("quantization_config", quantization);
  return own;
}
