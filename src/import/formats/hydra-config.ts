import path from "node:path";
import { settingsOfObject } from "../settings/settings-of-object.js";
import { readYamlFile } from "../yaml/parse-yaml.js";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** `.hydra/config.yaml`: the composed configuration of one job of Hydra. overrides.yaml repeats some of its values. */
export const HYDRA_CONFIG: ResultFormat<RunEvidence> = {
  name: "Hydra configuration",
  gives: ["settings"],
  recognises: (_, where) => /(?:^|\/)\.hydra\/config\.yaml$/.test(where),
  runFolder: folderOfJob,
  async read(file) {
    const settings = settingsOfObject(await readYamlFile(file.path, file.where), { keepsOther: true });
    return [{ kind: "settings", source: "hydra", settings }];
  },
};

/** Files of Hydra that repeat the configuration or configure Hydra itself. */
export const HYDRA_COMPANION: ResultFormat<RunEvidence> = {
  name: "Hydra's own files",
  gives: ["settings"],
  recognises: (_, where) =>
    /(?:^|\/)\.hydra\/(?:overrides|hydra)\.yaml$/.test(where) || /(?:^|\/)multirun\.yaml$/.test(where),
  runFolder: folderOfJob,
  read: () => Promise.resolve([]),
};

/** Returns the folder that contains `.hydra`. */
function folderOfJob(where: string): string {
  const folder = path.posix.dirname(where).replace(/(?:^|\/)\.hydra$/, "");
  return folder === "." ? "" : folder;
}
