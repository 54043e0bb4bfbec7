import { failure } from "../../errors.js";
import { columnName, isRunColumn } from "./column-name.js";
import { MAX_TABLE_NAME_CHARACTERS } from "../limits.js";

/** One row: cells by column, and the key that led to it where rows were keyed. */
export interface TableRow {
  readonly key: string | null;
  readonly cells: ReadonlyMap<string, unknown>;
}

/**
 * The rows of a value read from JSON or a pickle: a list of row objects, an object of row objects, an object of columns
 * (lists, or objects by index as pandas' `to_json` writes them), or one row object of scalars that names a run.
 * Undefined where the value is none of these.
 * @throws TABLE_INVALID where columns have different lengths
 */
export function rowsOfValue(value: unknown, where: string): TableRow[] | undefined {
  if (Array.isArray(value)) return rowsOfList(value);
  const entries = entriesOf(value);
  if (entries === undefined || entries.size === 0) return undefined;
  const members = [...entries.values()];
  if (members.every(isScalar)) return namesRun(entries) ? [{ key: null, cells: entries }] : undefined;
  if (members.every((member) => Array.isArray(member) && member.every(isScalar))) return rowsOfColumns(entries, where);
  const inner = new Map([...entries].map(([key, member]) => [key, entriesOf(member)]));
  return allDefined(inner) ? rowsOfObjects(inner) : undefined;
}

function rowsOfList(list: readonly unknown[]): TableRow[] | undefined {
  const rows = list.map(entriesOf);
  return rows.length > 0 && rows.every((cells) => cells !== undefined)
    ? rows.map((cells) => ({ key: null, cells }))
    : undefined;
}

function rowsOfColumns(columns: ReadonlyMap<string, unknown>, where: string): TableRow[] {
  const lists = [...columns].map(([name, list]) => [name, list as readonly unknown[]] as const);
  const length = lists[0]?.[1].length ?? 0;
  const odd = lists.find(([, list]) => list.length !== length);
  if (odd !== undefined) {
    throw failure("TABLE_INVALID", {
      where,
      received: `${odd[1].length} values in the column ${odd[0]}`,
      allowed: `${length}, as in ${lists[0]?.[0]}`,
    });
  }
  return Array.from({ length }, (_, i) => ({
    key: null,
    cells: new Map(lists.map(([name, list]) => [name, list[i]])),
  }));
}

function rowsOfObjects(outer: ReadonlyMap<string, ReadonlyMap<string, unknown>>): TableRow[] {
  if (!namesRun(outer)) return [...outer].map(([key, cells]) => ({ key, cells }));
  const rows = new Map<string, Map<string, unknown>>();
  for (const [column, cells] of outer) {
    for (const [index, cell] of cells) {
      const row = rows.get(index) ?? new Map<string, unknown>();
      rows.set(index, row.set(column, cell));
    }
  }
  return [...rows.values()].map((cells) => ({ key: null, cells }));
}

/** Whether the keys are column names, one of which tells runs apart. */
function namesRun(entries: ReadonlyMap<string, unknown>): boolean {
  return [...entries.keys()].some((key) => key.length <= MAX_TABLE_NAME_CHARACTERS && isRunColumn(columnName(key)));
}

/** A JSON object or a dict whose keys are text; anything else is undefined. */
function entriesOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value instanceof Map) return [...value.keys()].every((key) => typeof key === "string") ? value : undefined;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || value instanceof Set)
    return undefined;
  return Array.isArray(value) ? undefined : new Map(Object.entries(value));
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== "object";
}

function allDefined<V>(map: Map<string, V | undefined>): map is Map<string, V> {
  return [...map.values()].every((value) => value !== undefined);
}
