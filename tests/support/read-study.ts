import path from "node:path";
import { readFolder, type ReadFolderOptions } from "#src/import/read-folder.js";
import type { Finding, StudyRecord } from "#src/model/records.js";

export interface OneStudy extends StudyRecord {
  readonly findings: readonly Finding[];
}

/** Reads a folder of at most one study. Without any run, the study has no experiments. */
export async function readStudy(folder: string, options?: ReadFolderOptions): Promise<OneStudy> {
  const { studies, findings } = await readFolder(folder, options);
  if (studies.length > 1) throw new Error(`${studies.length} studies`);
  const [study] = studies;
  const none = { name: path.basename(folder), baseModel: null, folder, experiments: [], layers: [] };
  return { ...(study ?? none), findings };
}
