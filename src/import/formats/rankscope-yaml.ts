import path from "node:path";
import { failure } from "../../errors.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import { readYamlFile } from "../yaml/parse-yaml.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/**
 * rankscope.yaml: what a person states about runs. Settings at the top level belong to every run below the file's folder, those
 * below `runs` to the run of that name:
 *
 * ```yaml
 * learning_rate: 2e-4
 * runs:
 *   lora-a: { bits: 16, seed: 1 }
 *   lora-b: { bits: 4, scheme: nf4 }
 * ```
 */
export const RANKSCOPE_YAML: ResultFormat<TableEvidence> = {
  name: "rankscope.yaml",
  gives: ["statedSettings"],
  recognises: (fileName) => /^rankscope\.ya?ml$/.test(fileName),
  async read(file) {
    const stated = await readYamlFile(file.path, file.where);
    const runs = isObject(stated) ? (stated["runs"] ?? {}) : undefined;
    if (!isObject(stated) || !isObject(runs) || !Object.values(runs).every(isObject)) {
      const allowed = "settings, and runs with settings below their names";
      throw failure("SETTINGS_FILE_INVALID", { where: file.where, received: "another structure", allowed });
    }
    const folder = path.posix.dirname(file.where);
    return [
      {
        kind: "statedSettings",
        folder: folder === "." ? "" : folder,
        ofAll: settingsOfObject(stated, { keepsOther: true, without: ["runs"] }),
        byRun: new Map(
          Object.entries(runs).map(([name, settings]) => [name, settingsOfObject(settings, { keepsOther: true })]),
        ),
      },
    ];
  },
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
