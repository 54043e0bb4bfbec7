import type { Certainty } from "./enums/setting.js";

/** Value of a setting as JSON. Lists have scalars only, such as target modules. */
export type SettingValue = string | number | boolean | readonly (string | number | boolean)[];

/** One setting of a run, with its provenance. */
export interface SettingRecord {
  /** Name of the setting: `learning_rate`, `bits`, or a name of the run's own configuration. */
  readonly field: string;
  readonly value: SettingValue;
  /** File with the value, relative to the study's folder; the empty string if no file has it. */
  readonly file: string;
  /** Key, column or name in the file: `quantization_config.load_in_4bit`. */
  readonly key: string;
  readonly certainty: Certainty;
}
