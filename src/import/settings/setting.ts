import type { Certainty } from "../../model/enums/setting.js";
import type { SettingValue } from "../../model/settings.js";

/** One setting as a file states it. `settingsOfObject` makes them of a parsed JSON or YAML file. */
export interface Setting {
  /** One of the names in model/setting-fields.ts, or the file's own name in snake case. */
  readonly field: string;
  readonly value: SettingValue;
  /** Key or column in the file: `training.learning_rate`. */
  readonly key: string;
  readonly certainty: Certainty;
}
