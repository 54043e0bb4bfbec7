import { readFile } from "node:fs/promises";
import { failure } from "../../errors.js";
import { parseJson } from "../../import/json/parse-json.js";
import {
  CONFIG,
  readBaseModel,
  type BaseModel,
  type BaseModelFolder,
} from "../../import/base-model/read-base-model.js";
import type { TaskModel } from "./model-task.js";

/** A registered base model, read from its files. */
interface BaseFolder {
  readonly base: BaseModel;
  /** `eos_token_id` of config.json. */
  readonly stopTokens: readonly number[];
}

/** Returns the folder of a registered model as readers of models and tokenizers take it: files by name, wherever they lie. */
export function folderOf({ files, name }: Pick<TaskModel, "files" | "name">): BaseModelFolder {
  const paths = new Map(files.map((file) => [`${name}/${file.name}`, file.path]));
  return {
    folder: name,
    names: files.map((file) => file.name),
    pathOf(where) {
      const path = paths.get(where);
      if (path === undefined) throw failure("FILE_UNREADABLE", { where, received: "a file that was not registered" });
      return path;
    },
  };
}

/** Reads a registered base model. @throws the errors of readBaseModel */
export async function openBaseFolder(task: Pick<TaskModel, "files" | "name">): Promise<BaseFolder> {
  // Only the last part, because an organisation would be a folder of the path.
  const folder = folderOf({ ...task, name: task.name.split("/").at(-1) ?? "base" });
  const base = await readBaseModel(folder);
  return { base, stopTokens: await readStopTokens(folder) };
}

async function readStopTokens({ folder, pathOf }: BaseModelFolder): Promise<number[]> {
  const config = parseJson(await readFile(pathOf(`${folder}/${CONFIG}`), "utf8")) as { eos_token_id?: unknown };
  const stated = config.eos_token_id;
  const tokens: unknown[] = Array.isArray(stated) ? stated : [stated];
  return tokens.filter((token): token is number => Number.isInteger(token));
}
