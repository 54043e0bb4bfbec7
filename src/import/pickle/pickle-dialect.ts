import { numpyDtype, numpyScalar } from "./numpy-scalar.js";
import { latin1 } from "./pickle-cursor.js";
import type { PickleRefusal } from "./pickle-refusal.js";
import { PickledObject } from "./pickled-object.js";
import { Dtype, Foreign, Global, isList, isTuple, kindOf, type Item } from "./pickle-values.js";

/** Counts copied items, so that a pickle cannot copy one long list a million times. */
type Spend = (items: number) => void;

/** Returns the value of a call of a global. */
export type Construct = (args: readonly Item[], refusal: PickleRefusal, spend: Spend) => Item;

/** The content that pickles of one kind of file may have beyond plain values. */
export interface PickleDialect {
  /** The globals that a pickle may name, each with the function that evaluates its call. No other global is resolved. */
  readonly globals: ReadonlyMap<string, Construct>;
  /** Resolves a reference of BINPERSID. Without it, references are refused. */
  readonly refer?: (id: Item, refusal: PickleRefusal) => Item;
  /** Whether attributes of a dict are dropped. Otherwise they are refused. */
  readonly dropsAttributes?: boolean;
  /**
   * Whether other globals are kept as names, and their objects as PickledObject: the name, the arguments and the state. Otherwise
   * they are refused. No class is imported and nothing is called in either case.
   */
  readonly keepsObjects?: boolean;
}

/**
 * The dialect of result tables: plain values and NumPy's number scalars. Protocols 0 to 2 have no opcodes for sets and bytes and
 * write them with the built-in types and `_codecs.encode`.
 */
export const TABLE_DIALECT: PickleDialect = {
  globals: new Map<string, Construct>([
    ["numpy.core.multiarray.scalar", numpyScalar],
    ["numpy._core.multiarray.scalar", numpyScalar],
    ["numpy.dtype", numpyDtype],
    ["collections.OrderedDict", orderedDict],
    ["_codecs.encode", encodedBytes],
    ...["builtins", "__builtin__"].flatMap((module): [string, Construct][] => [
      [`${module}.set`, setOf],
      [`${module}.frozenset`, setOf],
      [`${module}.bytes`, emptyBytes],
    ]),
  ]),
};

/** Returns the global `module.name`. @throws PICKLE_NOT_ALLOWED if the dialect lacks it */
export function allowedGlobal(
  module: string,
  name: string,
  { globals, keepsObjects }: PickleDialect,
  refusal: PickleRefusal,
): Global {
  const full = `${module}.${name}`;
  if (keepsObjects !== true && !globals.has(full)) throw refusal.notAllowed(`the global ${full.slice(0, 200)}`);
  return new Global(full);
}

/** Evaluates REDUCE: the result of `callee(*args)` in Python. */
export function construct(
  callee: Item,
  args: Item,
  { globals, keepsObjects }: PickleDialect,
  refusal: PickleRefusal,
  spend: Spend,
): Item {
  const make = callee instanceof Global ? globals.get(callee.name) : undefined;
  if (make === undefined && keepsObjects === true && callee instanceof Global) {
    return new PickledObject(callee.name, args);
  }
  if (make === undefined) throw refusal.invalid(`a call of ${kindOf(callee)}`);
  if (!isTuple(args)) throw refusal.invalid(`a call with ${kindOf(args)}`, "a tuple of arguments");
  return make(args, refusal, spend);
}

/** Adds one entry to a dict. @throws PICKLE_INVALID for a key that Python cannot hash */
export function setEntry(dict: Map<Item, Item>, key: Item, value: Item, refusal: PickleRefusal): void {
  requireHashable(key, refusal);
  dict.set(key, value);
}

/** Adds one member to a set. @throws PICKLE_INVALID for a member that Python cannot hash */
export function addMember(set: Set<Item>, member: Item, refusal: PickleRefusal): void {
  requireHashable(member, refusal);
  set.add(member);
}

function requireHashable(key: Item, refusal: PickleRefusal): void {
  if (isList(key) || key instanceof Map || key instanceof Dtype || key instanceof Global || key instanceof Foreign) {
    throw refusal.invalid(`${kindOf(key)} as a key or a set's member`);
  }
}

/** `OrderedDict()`, or Python 2's `OrderedDict([[key, value], ...])`. */
export function orderedDict(args: readonly Item[], refusal: PickleRefusal, spend: Spend): Item {
  const pairs = onlyList(args, "an OrderedDict", refusal, spend);
  const dict = new Map<Item, Item>();
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw refusal.invalid(`${kindOf(pair)} as an entry of an OrderedDict`);
    setEntry(dict, pair[0] as Item, pair[1] as Item, refusal);
  }
  return dict;
}

function setOf(args: readonly Item[], refusal: PickleRefusal, spend: Spend): Item {
  const set = new Set<Item>();
  for (const member of onlyList(args, "a set", refusal, spend)) addMember(set, member, refusal);
  return set;
}

function onlyList(args: readonly Item[], what: string, refusal: PickleRefusal, spend: Spend): readonly Item[] {
  const [list] = args;
  if (args.length === 0) return [];
  if (args.length > 1 || !(isList(list) || isTuple(list)))
    throw refusal.invalid(`${what} made of ${args.map(kindOf).join(" and ")}`);
  spend(list.length);
  return list;
}

/** `_codecs.encode(text, "latin1")`: bytes. */
function encodedBytes(args: readonly Item[], refusal: PickleRefusal, spend: Spend): Item {
  const [text, encoding] = args;
  if (args.length !== 2 || typeof text !== "string" || encoding !== "latin1") {
    throw refusal.notAllowed("a call of _codecs.encode for anything but latin1 text");
  }
  spend(text.length);
  const bytes = new Uint8Array(Buffer.from(text, "latin1"));
  if (latin1(bytes) !== text) throw refusal.invalid("bytes written with characters beyond U+00FF");
  return bytes;
}

function emptyBytes(args: readonly Item[], refusal: PickleRefusal): Item {
  if (args.length > 0) throw refusal.notAllowed("a call of bytes with arguments");
  return new Uint8Array(0);
}
