import { columnName } from "./column-name.js";
import { inEnglish } from "./heading-words.js";
import { labelKey, runLabel, type RunLabel } from "./run-label.js";
import type { TableRow } from "./table-row.js";
import { MAX_TABLE_COLUMNS, MAX_TABLE_NAME_CHARACTERS } from "../limits.js";

/** One value of a nested object, with the keys above it. */
interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Returns the runs of an object whose keys say what they are, in any order and depth: `{"16bit": {"r=4": {"val_loss": 2.1}}}`,
 * `{"val_loss": {"lora": {"seed 1": {"8": 2.1}}}}`. Keys that are labels name the run; those below the last label, else the last
 * of the others, name the figure; further ones are parts of the run's name. Returns undefined if fewer than two runs are labelled.
 */
export function nestedRuns(value: ReadonlyMap<string, unknown>): TableRow[] | undefined {
  const leaves: Leaf[] = [];
  if (!collect(value, [], leaves)) return undefined;
  const rows = new Map<string, { key: string; cells: Map<string, unknown> }>();
  const labels = new Set<string>();
  for (const { path, value: cell } of leaves) {
    const read = readPath(path);
    if (read === undefined) return undefined;
    labels.add(read.label);
    const row = rows.get(read.run) ?? { key: read.run, cells: new Map<string, unknown>() };
    row.cells.set(read.figure, cell);
    rows.set(read.run, row);
  }
  return labels.size < 2 ? undefined : [...rows.values()];
}

/** Gathers scalars two levels or more below the top. Returns false for an object that holds anything else. */
function collect(value: ReadonlyMap<string, unknown>, above: readonly string[], leaves: Leaf[]): boolean {
  for (const [key, member] of value) {
    if (key.length > MAX_TABLE_NAME_CHARACTERS || above.length >= MAX_LEVELS) return false;
    const path = [...above, key];
    if (isObject(member)) {
      if (
        !collect(
          member instanceof Map ? (member as Map<string, unknown>) : new Map(Object.entries(member)),
          path,
          leaves,
        )
      ) {
        return false;
      }
    } else if (path.length < 2 || (typeof member === "object" && member !== null)) return false;
    else leaves.push({ path, value: member });
  }
  return true;
}

/** Levels of settings of a run. Sweeps have up to five. */
const MAX_LEVELS = 8;

function isObject(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Set)
  );
}

function readPath(path: readonly string[]): { run: string; figure: string; label: string } | undefined {
  const parts = path.map((part) => ({ part, name: inEnglish(columnName(part)) }));
  const labels = parts.map(({ name }, i) => wholeLabel(name) ?? (i < parts.length ? bareRank(name, i) : undefined));
  const last = labels.findLastIndex((label) => label !== undefined);
  if (last === -1) return undefined;
  const others = parts.map((_, i) => i).filter((i) => labels[i] === undefined);
  const below = others.filter((i) => i > last);
  const figure = below.length > 0 ? below : others.slice(-1);
  if (figure.length === 0 || figure.length > MAX_TABLE_COLUMNS) return undefined;
  const named = parts.flatMap(({ part }, i) => {
    if (figure.includes(i)) return [];
    const label = labels[i];
    return [label === undefined ? part : labelName(label)];
  });
  return {
    run: named.join("_"),
    figure: figure.map((i) => parts[i]?.part ?? "").join("_"),
    label: JSON.stringify(labels.flatMap((label) => (label === undefined ? [] : [labelKey(label)]))),
  };
}

function wholeLabel(name: string): RunLabel | undefined {
  const label = runLabel(name);
  return label?.rest === "" ? label : undefined;
}

/** A key such as `8` below the first level is a rank. */
function bareRank(name: string, level: number): RunLabel | undefined {
  return level > 0 && /^[1-9]\d{0,3}$/.test(name)
    ? { side: null, rank: Number(name), seed: null, rest: "" }
    : undefined;
}

function labelName({ side, rank, seed }: RunLabel): string {
  return [side ?? [], rank === null ? [] : `r${rank}`, seed === null ? [] : `s${seed}`].flat().join("_");
}
