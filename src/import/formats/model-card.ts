import { readTextFile } from "../folder/read-bounded.js";
import { MAX_SETTINGS_FILE_BYTES } from "../limits.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import { parseYaml } from "../yaml/parse-yaml.js";
import type { RunEvidence, SettingsEvidence } from "./evidence.js";
import type { Setting } from "../settings/setting.js";
import type { ResultFormat } from "./result-format.js";

/**
 * README.md as a model card: the front matter, the configuration that Axolotl embeds, and the lists of PEFT (`load_in_4bit: True`)
 * and of the Trainer (`- learning_rate: 0.0002`).
 */
export const MODEL_CARD: ResultFormat<RunEvidence> = {
  name: "model card",
  gives: ["settings"],
  recognises: (fileName) => fileName === "README.md",
  async read({ path, where }) {
    const text = await readTextFile(path, where, MAX_SETTINGS_FILE_BYTES);
    return [axolotlSettings(text, where), listedSettings(text), frontMatter(text, where)].filter(
      ({ settings }) => settings.length > 0,
    );
  },
};

/** The YAML below `<details><summary>See axolotl config</summary>`. */
function axolotlSettings(text: string, where: string): SettingsEvidence {
  const at = text.search(/<summary>\s*See axolotl config\s*<\/summary>/i);
  const block = at === -1 ? undefined : /```ya?ml\n([^]*?)\n```/.exec(text.slice(at))?.[1];
  const settings = block === undefined ? [] : settingsOfObject(parsed(block, where));
  return { kind: "settings", source: "modelCard", settings: settings.map(inCard("axolotl config")) };
}

/** Names in the lists of the Trainer and of PEFT. Other lists of a README are text. */
const LIST_ITEM = /^\s*(?:[-*]\s+)?`?([A-Za-z_]\w{1,60})`?\s*[:=]\s*(\S.{0,200}?)\s*$/gm;

/** Sections whose lists are settings of the training. */
const SECTION =
  /^(?:#+\s*(?:training )?hyperparameters?|#+\s*training procedure|the following .{0,60} were used during training).*$/gim;

function listedSettings(text: string): SettingsEvidence {
  const found: Record<string, string | boolean> = {};
  for (const { index, 0: heading } of text.matchAll(SECTION)) {
    const section = text.slice(index + heading.length).split(/^#|^```|^<details/m, 1)[0] ?? "";
    for (const [, name = "", value = ""] of section.matchAll(LIST_ITEM)) {
      if (!Object.hasOwn(found, name)) found[name] = valueOf(value);
    }
  }
  const settings = settingsOfObject(found).filter(({ field }) => field !== "base_model");
  return { kind: "settings", source: "modelCard", settings: settings.map(inCard("hyperparameters")) };
}

function valueOf(text: string): string | boolean {
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === "true";
  // Use OptimizerNames.ADAMW_TORCH with betas=(0.9,0.999) and ...
  return /^use (?:optimizernames\.)?(\w+)/i.exec(text)?.[1]?.toLowerCase() ?? text;
}

function frontMatter(text: string, where: string): SettingsEvidence {
  const block = /^---\r?\n([^]*?)\r?\n---/.exec(text)?.[1];
  const settings = block === undefined ? [] : settingsOfObject(parsed(block, where));
  const known = settings.filter(({ field }) => field === "base_model" || field === "dataset");
  return { kind: "settings", source: "modelCard", settings: known.map(inCard("front matter")) };
}

/** A README is written by people: a part that is not YAML is left out. */
function parsed(block: string, where: string): unknown {
  try {
    return parseYaml(block, where);
  } catch {
    return undefined;
  }
}

function inCard(part: string): (setting: Setting) => Setting {
  return (setting) => ({ ...setting, key: `${part}, ${setting.key}` });
}
