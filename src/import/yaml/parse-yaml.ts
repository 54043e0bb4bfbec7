import { parseDocument } from "yaml";
import { failure } from "../../errors.js";
import { readTextFile } from "../folder/read-bounded.js";
import { MAX_SETTINGS_FILE_BYTES, MAX_YAML_ALIASES } from "../limits.js";

/**
 * Reads a YAML file of settings as plain values. Python's tags give the plain value beneath them; nothing is constructed. Merge
 * keys (`<<`) are resolved.
 *
 * @throws SETTINGS_FILE_INVALID, FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function readYamlFile(path: string, where: string): Promise<unknown> {
  return parseYaml(await readTextFile(path, where, MAX_SETTINGS_FILE_BYTES), where);
}

/** Parses a YAML text of settings as `readYamlFile` does. @throws SETTINGS_FILE_INVALID */
export function parseYaml(text: string, where: string): unknown {
  try {
    const document = parseDocument(text, { merge: true, logLevel: "silent", uniqueKeys: false });
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS({ maxAliasCount: MAX_YAML_ALIASES });
  } catch (cause) {
    const [received = "an error"] = (cause as Error).message.split("\n");
    throw failure("SETTINGS_FILE_INVALID", { where, received, allowed: "YAML", cause });
  }
}
