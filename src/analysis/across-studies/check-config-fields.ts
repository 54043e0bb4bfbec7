import { failure } from "../../errors.js";
import { nearMatches } from "./near-matches.js";
import { STANDARD_FIELDS, storedField } from "../../model/setting-fields.js";
import { checkFilter } from "../../store/across/check-filter.js";
import { isAdapterField } from "../../store/across/config-condition.js";
import type { ExperimentFilter, StudyFilter } from "../../store/across/filters.js";
import { recordedSettings, unrecordedSettings } from "../../store/across/setting-names.js";
import type { Connection } from "../../store/connection.js";

/** Maximum number of different settings of one request. */
const MAX_FIELDS = 64;
/** Maximum length of a setting's name: names of nested keys are paths. */
const MAX_CHARACTERS = 500;
/** Maximum number of similar names in an error, and of characters of an invalid one. */
const MAX_NAMED = 5;
const MAX_SHOWN = 64;

/** The parts of a request that name settings. */
export interface NamedSettings {
  readonly filter?: ExperimentFilter | StudyFilter | null | undefined;
  /** Further names, such as those of columns. */
  readonly fields?: readonly string[];
}

/**
 * Checks that every named setting is a standard one, or that a visible run has it. Other names than the standard ones take one
 * statement together.
 *
 * @param where the argument, for the error's message
 * @throws ARGUMENT_INVALID with similar names
 */
export async function checkConfigFields(
  connection: Connection,
  { filter, fields = [] }: NamedSettings,
  where = "config",
): Promise<void> {
  checkFilter(filter);
  const named = new Set(fields);
  collectFields(filter, named);
  const invalid = [...named].find((name) => name === "" || name.length > MAX_CHARACTERS || name.includes("\0"));
  if (named.size > MAX_FIELDS || invalid !== undefined) {
    throw failure("ARGUMENT_INVALID", {
      where,
      received:
        invalid === undefined ? `${named.size} settings` : `the name ${JSON.stringify(invalid.slice(0, MAX_SHOWN))}`,
      allowed: `up to ${MAX_FIELDS} settings, each with a name of 1 to ${MAX_CHARACTERS} characters`,
    });
  }
  const others = [...named].filter((name) => !isAdapterField(name) && !STANDARD_FIELDS.has(storedField(name)));
  if (others.length === 0) return;
  const [unknown] = await unrecordedSettings(connection, others);
  if (unknown !== undefined) throw await unknownSetting(connection, unknown, where);
}

function collectFields(node: unknown, fields: Set<string>): void {
  if (typeof node !== "object" || node === null || node instanceof Date) return;
  if (Array.isArray(node)) {
    for (const member of node) collectFields(member, fields);
    return;
  }
  for (const [name, value] of Object.entries(node)) {
    if (name === "config" && Array.isArray(value)) {
      for (const { field } of value as { field: string }[]) fields.add(field);
    } else collectFields(value, fields);
  }
}

async function unknownSetting(connection: Connection, unknown: string, where: string): Promise<Error> {
  const known = new Set([...(await recordedSettings(connection)), ...STANDARD_FIELDS]);
  const similar = nearMatches(unknown, known, MAX_NAMED);
  return failure("ARGUMENT_INVALID", {
    where,
    received: `${JSON.stringify(unknown)}, which no run has a value of`,
    allowed: "names of settings, as experiments { config { field } } gives them",
    ...(similar.length > 0 && { fix: `Similar names: ${similar.join(", ")}.` }),
  });
}
