import type { Dirent } from "node:fs";
import path from "node:path";
import { failure } from "../../errors.js";
import { listFolder } from "../../files/list-folder.js";
import { readTextFile } from "../folder/read-bounded.js";
import { MAX_LOG_BYTES, MAX_MLFLOW_FILES } from "../limits.js";
import { RunLogBuilder } from "../logs/run-log-builder.js";
import type { RunLog } from "../logs/run-log.js";
import { addMlflowPoint, addMlflowTag } from "./mlflow-values.js";

/** A file of one part of the store, with its name there: `train/loss`. */
interface StoredValue {
  readonly name: string;
  readonly text: string;
}

/** Folders in a metric's name. `system/gpu/0/utilization` has three. */
const MAX_NAME_DEPTH = 6;

/**
 * Reads one run of MLflow's file store: `metrics/NAME` with a line `timestamp value step` per point, `params/NAME` and `tags/NAME`.
 *
 * @param folder folder of the run, absolute, with links resolved
 * @param where name of the folder in messages
 * @throws RUN_LOG_INVALID above a limit; FILE_UNREADABLE, FILE_TOO_LARGE
 */
export async function readMlflowRun(folder: string, where: string): Promise<RunLog> {
  const builder = new RunLogBuilder(where, "RUN_LOG_INVALID");
  const store = new RunFolder(folder, where);
  for (const { name, text } of await store.read("params")) builder.addSetting(name, text);
  for (const { name, text } of await store.read("tags")) addMlflowTag(name, text, builder);
  for (const { name, text } of await store.read("metrics")) {
    for (const line of text.split("\n")) addPointOfLine(name, line, builder);
  }
  return builder.build(null);
}

function addPointOfLine(name: string, line: string, builder: RunLogBuilder): void {
  const [time = "", value = "", step = "0"] = line.trim().split(" ", 4);
  // A line that the program has not finished has no value or no whole step.
  if (value === "" || !/^-?\d{1,15}$/.test(step)) return;
  addMlflowPoint({ name, step: Number(step), value: numberOf(value), milliseconds: Number(time) }, builder);
}

/** Returns a number as Python prints it. */
function numberOf(text: string): number {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return Number(text);
}

/** Reads the files below a run's folder. The number of files is bounded for all of them together. */
class RunFolder {
  #files = 0;

  constructor(
    readonly folder: string,
    readonly where: string,
  ) {}

  /** Returns the values of one part, sorted by name; none if the part is missing. */
  read(part: string): Promise<StoredValue[]> {
    return this.#readBelow(part, "", 0);
  }

  async #readBelow(part: string, prefix: string, depth: number): Promise<StoredValue[]> {
    const below = path.posix.join(part, prefix);
    const entries = this.#entriesOf(below);
    const values: StoredValue[] = [];
    for (const entry of [...entries].sort((left, right) => (left.name < right.name ? -1 : 1))) {
      const name = path.posix.join(prefix, entry.name);
      if (entry.isDirectory() && depth < MAX_NAME_DEPTH) {
        for (const value of await this.#readBelow(part, name, depth + 1)) values.push(value);
      }
      if (!entry.isFile()) continue;
      this.#files += 1;
      if (this.#files > MAX_MLFLOW_FILES) {
        throw failure("RUN_LOG_INVALID", { where: this.where, received: `more than ${MAX_MLFLOW_FILES} files` });
      }
      const file = path.posix.join(part, name);
      values.push({
        name,
        text: await readTextFile(path.join(this.folder, file), `${this.where}/${file}`, MAX_LOG_BYTES),
      });
    }
    return values;
  }

  /** Returns the entries of a folder of the run; none if it cannot be listed. */
  #entriesOf(below: string): readonly Dirent[] {
    try {
      return listFolder(path.join(this.folder, below)) ?? [];
    } catch {
      return [];
    }
  }
}
