import { readdirSync } from "node:fs";
import { readBaseModel, type BaseModel } from "#src/import/base-model/read-base-model.js";
import { pathsBelow } from "#src/import/tensors/list-weights.js";

/** Reads the base model in a folder. */
export function readCheckpoint(folder: string): Promise<BaseModel> {
  return readBaseModel({ folder: ".", names: readdirSync(folder), pathOf: pathsBelow(folder) });
}
