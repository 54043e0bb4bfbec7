import { isDerivedColumn } from "./column-name.js";
import { SIDE_WORDS } from "./table-words.js";

/** Properties of a run that its name states, and the rest of the name. */
export interface RunLabel {
  /** Method or base weights: `qlora`, `4bit`; several are joined: `qlora_4bit`. */
  readonly side: string | null;
  readonly rank: number | null;
  readonly seed: number | null;
  /** The name without these parts: `loss` for `lora_r8_loss`. Empty if the whole name is a label. */
  readonly rest: string;
}

const RANK = /(?:^|_)(?:lora_)?(?:rank|r)_?(\d{1,5})(?=_|$)/;
const SEED = /(?:^|_)(?:seed|s)_?(\d{1,9})(?=_|$)/;
const PREFIX = new RegExp(`^(${SIDE_WORDS})(?:_|$)`);
const SUFFIX = new RegExp(`(?:^|_)(${SIDE_WORDS})$`);
/** Longer names are texts. The expressions take quadratic time. */
const MAX_LABEL_CHARACTERS = 200;

/** Returns the parts of a name in snake case that say which run it belongs to; undefined if it has none. */
export function runLabel(name: string): RunLabel | undefined {
  if (name.length > MAX_LABEL_CHARACTERS || isDerivedColumn(name)) return undefined;
  const rank = RANK.exec(name);
  let rest = without(name, rank);
  const seed = SEED.exec(rest);
  rest = without(rest, seed);
  const before: string[] = [];
  const after: string[] = [];
  for (let found = PREFIX.exec(rest); found !== null; found = PREFIX.exec(rest)) {
    before.push(found[1] ?? "");
    rest = rest.slice(found[0].length);
  }
  for (let found = SUFFIX.exec(rest); found !== null; found = SUFFIX.exec(rest)) {
    after.unshift(found[1] ?? "");
    rest = rest.slice(0, found.index);
  }
  const sides = [...before, ...after];
  const number = (match: RegExpExecArray | null): number | null => (match === null ? null : Number(match[1]));
  const label = { side: sides.length === 0 ? null : sides.join("_"), rank: number(rank), seed: number(seed), rest };
  return label.rank === 0 || (label.side === null && label.rank === null && label.seed === null) ? undefined : label;
}

/** Returns whether a name in snake case is a label alone, such as `qlora_r8`. */
export function isRunLabel(name: string): boolean {
  return runLabel(name)?.rest === "";
}

/** Returns a key that is equal for labels of one run. */
export function labelKey({ side, rank, seed }: RunLabel): string {
  return JSON.stringify([side, rank, seed]);
}

function without(name: string, match: RegExpExecArray | null): string {
  if (match === null) return name;
  const joined = `${name.slice(0, match.index)}_${name.slice(match.index + match[0].length)}`;
  return joined.replace(/_{2,}/g, "_").replace(/^_|_$/g, "");
}
