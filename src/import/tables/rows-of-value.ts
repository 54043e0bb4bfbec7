import { failure } from "../../errors.js";
import { columnName, isRunColumn } from "./column-name.js";
import { ROW_LISTS } from "./table-words.js";
import { nestedRuns } from "./nested-runs.js";
import type { TableRow } from "./table-row.js";
import { MAX_TABLE_NAME_CHARACTERS } from "../limits.js";

/**
 * Returns the rows of a value read from JSON or a pickle: a list of row objects, an object of row objects, an object of columns
 * (lists, or objects by index as pandas' `to_json` writes them), or one row object of scalars that names a run. Returns
 * undefined for any other value.
 *
 * @throws TABLE_INVALID if columns have different lengths
 */
export function rowsOfValue(value: unknown, where: string): TableRow[] | undefined {
  if (Array.isArray(value)) return rowsOfList(value);
  const entries = entriesOf(value);
  if (entries === undefined || entries.size === 0) return undefined;
  const members = [...entries.values()];
  if (members.every(isScalar)) return namesRun(entries) ? [{ key: null, cells: entries }] : undefined;
  const split = rowsOfSplit(entries);
  if (split !== undefined) return split;
  if (members.every(isListOfScalars)) return rowsOfColumns(entries, where);
  const wrapped = rowsOfWrapped(entries);
  if (wrapped !== undefined) return wrapped;
  const nested = members.some(isScalar) || namesRun(entries) ? undefined : nestedRuns(entries);
  if (nested !== undefined) return nested;
  const objects = new Map<string, ReadonlyMap<string, unknown>>();
  for (const [key, member] of entries) {
    const object = entriesOf(member);
    if (object === undefined) return undefined;
    objects.set(key, object);
  }
  return rowsOfObjects(objects);
}

/** Reads what pandas' `to_json(orient="split")` writes: `columns`, `index` and `data`, a list of rows. */
function rowsOfSplit(entries: ReadonlyMap<string, unknown>): TableRow[] | undefined {
  const columns = entries.get("columns");
  const data = entries.get("data");
  const index = entries.get("index");
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(isListOfScalars)) return undefined;
  const names = columns.map((name) => (Array.isArray(name) ? name.join("_") : String(name)));
  return data.map((row: readonly unknown[], i) => {
    const key: unknown = Array.isArray(index) ? index[i] : undefined;
    return { key: typeof key === "string" ? key : null, cells: new Map(names.map((name, at) => [name, row[at]])) };
  });
}

/**
 * Reads an object with one list of rows, such as `{"model": "gpt2", "results": [...]}`. Its other texts and numbers are cells of each
 * row that has none of that name. Of pandas' `orient="table"`, the schema is left out.
 */
function rowsOfWrapped(entries: ReadonlyMap<string, unknown>): TableRow[] | undefined {
  const lists = [...entries].filter(
    ([key, member]) =>
      ROW_LISTS.has(key.toLowerCase()) && Array.isArray(member) && member.length > 0 && member.every(isRow),
  );
  const [[name, list] = [], ...others] = lists;
  if (name === undefined || others.length > 0) return undefined;
  const rows = rowsOfList(list as readonly unknown[]);
  const shared = [...entries].filter(([key, member]) => key !== name && key !== "schema" && isScalar(member));
  return rows?.map(({ key, cells }) => ({ key, cells: new Map([...shared, ...cells]) }));
}

function isRow(value: unknown): boolean {
  const entries = entriesOf(value);
  return entries !== undefined && entries.size > 0 && [...entries.values()].some(isScalar);
}

function rowsOfList(list: readonly unknown[]): TableRow[] | undefined {
  const rows: TableRow[] = [];
  for (const member of list) {
    const cells = entriesOf(member);
    if (cells === undefined) return undefined;
    rows.push({ key: null, cells: withoutNesting(cells) });
  }
  return rows.length > 0 ? rows : undefined;
}

/** Keys of parts of a row that say nothing of its cells. */
const CONTAINERS =
  /^(?:config(?:uration)?|h?params|(?:hyper)?parameters|args|arguments|settings|options|metrics|results?|scores?|summary|performance|info)$/i;

/** Levels of objects in a row. */
const MAX_NESTING = 4;

/** Returns a row whose nested objects are cells of it: `{"config": {"lora": {"r": 8}}}` has the cell `lora_r`. */
function withoutNesting(row: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  if (![...row.values()].some((member) => entriesOf(member) !== undefined)) return row;
  const cells = new Map<string, unknown>();
  const add = (members: ReadonlyMap<string, unknown>, path: readonly string[], depth: number): void => {
    for (const [key, member] of members) {
      const parts = CONTAINERS.test(key) ? path : [...path, key];
      const nested = depth < MAX_NESTING ? entriesOf(member) : undefined;
      if (nested !== undefined) add(nested, parts, depth + 1);
      else if (!cells.has(parts.join("_"))) cells.set(parts.join("_"), member);
    }
  };
  add(row, [], 0);
  return cells;
}

function rowsOfColumns(columns: ReadonlyMap<string, unknown>, where: string): TableRow[] {
  const lists = [...columns].map(([name, list]) => [name, list as readonly unknown[]] as const);
  const length = lists[0]?.[1].length ?? 0;
  const different = lists.find(([, list]) => list.length !== length);
  if (different !== undefined) {
    throw failure("TABLE_INVALID", {
      where,
      received: `${different[1].length} values in the column ${different[0]}`,
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

/** Returns whether the keys are column names of which one tells runs apart. */
function namesRun(entries: ReadonlyMap<string, unknown>): boolean {
  return [...entries.keys()].some((key) => key.length <= MAX_TABLE_NAME_CHARACTERS && isRunColumn(columnName(key)));
}

/** Returns the members of a JSON object, or of a dict whose keys are text; undefined for anything else. */
function entriesOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value instanceof Map) return [...value.keys()].every((key) => typeof key === "string") ? value : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Uint8Array || value instanceof Set || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== "object";
}

function isListOfScalars(value: unknown): boolean {
  return Array.isArray(value) && value.every(isScalar);
}
