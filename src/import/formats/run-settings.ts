import { failure } from "../../errors.js";
import { readTextFile } from "../folder/read-bounded.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { MAX_SETTINGS_FILE_BYTES } from "../limits.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

const FILE_NAME =
  /^(?:(?:train(?:ing)?|script|cli|run|exp(?:eriment)?|finetun(?:e|ing)|trainer|model|lora|peft)[-_])?(?:args|arguments|params|parameters|h(?:yper)?[-_]?param(?:eter)?s|opts|options|settings)\.json$|^(?:train(?:ing)?|run|exp(?:eriment)?|finetun(?:e|ing)|trainer|lora)[-_]config\.json$/i;

/** Arguments of a training script, which lie in their run's folder: `args.json`, `params.json` of Ray, `training_config.json`. */
export const RUN_SETTINGS: ResultFormat<RunEvidence> = {
  name: "arguments of a script",
  gives: ["settings"],
  recognises: (fileName) => FILE_NAME.test(fileName),
  async read({ path, where }) {
    const text = await readTextFile(path, where, MAX_SETTINGS_FILE_BYTES);
    let value: unknown;
    try {
      value = parsePythonJson(text);
    } catch (cause) {
      throw failure("SETTINGS_FILE_INVALID", { where, received: (cause as Error).message, allowed: "JSON", cause });
    }
    const settings = Array.isArray(value) ? [] : settingsOfObject(value);
    return settings.length === 0 ? [] : [{ kind: "settings", source: "trainerConfiguration", settings }];
  },
};
