import type { SettingValue } from "../../model/settings.js";
import { MAX_SETTING_CHARACTERS, MAX_SETTINGS_OF_FILE, MAX_SETTING_DEPTH, MAX_SETTING_LIST } from "../limits.js";

/** A scalar, or list of scalars, in a nested object. */
export interface Leaf {
  /** Last part of the path, also of a key with dots: `lr` for `training.lr`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly value: SettingValue;
}

/** Returns the leaves of an object, the shallowest first, up to a maximum depth and number. */
export function leavesOf(root: unknown, without: readonly string[]): Leaf[] {
  const leaves: Leaf[] = [];
  let level: { path: readonly string[]; value: unknown }[] = [{ path: [], value: root }];
  for (let depth = 0; depth <= MAX_SETTING_DEPTH && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { path, value } of level) {
      for (const [key, member] of membersOf(value)) {
        if (depth === 0 && without.includes(key)) continue;
        const memberPath = [...path, key];
        const leaf = leafValue(member);
        if (leaf !== undefined)
          leaves.push({ name: key.slice(key.lastIndexOf(".") + 1), path: memberPath, value: leaf });
        else next.push({ path: memberPath, value: member });
        if (leaves.length + next.length > 10 * MAX_SETTINGS_OF_FILE) return leaves;
      }
    }
    level = next;
  }
  return leaves;
}

function membersOf(value: unknown): [string, unknown][] {
  if (value instanceof Map) {
    return [...value].filter((entry): entry is [string, unknown] => typeof entry[0] === "string");
  }
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || value instanceof Set) return [];
  // Lists of objects, such as Axolotl's data sets, are searched by their positions.
  return Object.entries(value);
}

function leafValue(value: unknown): SettingValue | undefined {
  if (Array.isArray(value)) {
    const scalars = value.slice(0, MAX_SETTING_LIST).map(scalarOf);
    return scalars.every((scalar) => scalar !== undefined) ? scalars : undefined;
  }
  return scalarOf(value);
}

function scalarOf(value: unknown): string | number | boolean | undefined {
  if (typeof value === "string") return value.slice(0, MAX_SETTING_CHARACTERS);
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "boolean" ? value : undefined;
}
