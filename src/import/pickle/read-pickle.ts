import { failure } from "../../errors.js";
import { MAX_PICKLE_DEPTH, MAX_PICKLE_NODES, MAX_TABLE_BYTES } from "../limits.js";
import { TABLE_DIALECT } from "./pickle-dialect.js";
import { PickleMachine } from "./pickle-machine.js";
import { pickleRefusal, type PickleRefusal } from "./pickle-refusal.js";
import { Dtype, Foreign, Global, kindOf, type Item, type PlainValue } from "./pickle-values.js";

/**
 * Returns the value of a Python pickle (protocols 0 to 5). Nothing in it is executed. Shared parts stay shared; there are no
 * cycles. Source of the opcodes: CPython's Lib/pickletools.py.
 *
 * @throws FILE_TOO_LARGE, PICKLE_INVALID (damaged, or above a limit), PICKLE_NOT_ALLOWED (anything but plain values and
 * NumPy's number scalars)
 */
export function readPickle(bytes: Uint8Array, where: string): PlainValue {
  if (bytes.length > MAX_TABLE_BYTES) {
    throw failure("FILE_TOO_LARGE", { where, received: `${bytes.length} bytes`, allowed: `${MAX_TABLE_BYTES} bytes` });
  }
  const refusal = pickleRefusal(where);
  const value = new PickleMachine(bytes, TABLE_DIALECT, refusal).run();
  assertPlain(value, refusal);
  return value;
}

interface Extent {
  /** Number of values, itself included. Shared values are counted wherever they are reached. */
  readonly nodes: number;
  /** Number of levels, its own included. */
  readonly height: number;
}

const LEAF: Extent = { nodes: 1, height: 1 };

/**
 * Asserts that the value is plain and that walking it, shared parts repeatedly, ends soon. Every container is visited once, so
 * that refusing a "billion laughs" file is cheap.
 *
 * @throws PICKLE_INVALID for a cycle, or too many values or levels; PICKLE_NOT_ALLOWED for a global kept as a value
 */
function assertPlain(root: Item, refusal: PickleRefusal): asserts root is Item & PlainValue {
  const known = new Map<Item, Extent | "open">();

  function extentOf(item: Item, depth: number): Extent {
    if (item instanceof Global || item instanceof Dtype || item instanceof Foreign) {
      throw refusal.notAllowed(`${kindOf(item)} as a value`);
    }
    if (item === null || typeof item !== "object" || item instanceof Uint8Array) return LEAF;
    const seen = known.get(item);
    if (seen === "open") throw refusal.invalid(`${kindOf(item)} that contains itself`);
    if (seen !== undefined) return seen;
    if (depth > MAX_PICKLE_DEPTH) throw tooDeep();
    known.set(item, "open");
    let nodes = 1;
    let height = 1;
    for (const child of childrenOf(item)) {
      const below = extentOf(child, depth + 1);
      nodes += below.nodes;
      height = Math.max(height, below.height + 1);
      if (nodes > MAX_PICKLE_NODES)
        throw refusal.invalid("too many values", `${MAX_PICKLE_NODES}, shared ones counted each time`);
    }
    if (height > MAX_PICKLE_DEPTH) throw tooDeep();
    const extent = { nodes, height };
    known.set(item, extent);
    return extent;
  }

  function tooDeep(): Error {
    return refusal.invalid("values nested too deeply", `${MAX_PICKLE_DEPTH} levels`);
  }

  extentOf(root, 1);
}

function* childrenOf(item: readonly Item[] | Map<Item, Item> | Set<Item>): Generator<Item> {
  if (item instanceof Map) {
    for (const [key, value] of item) {
      yield key;
      yield value;
    }
  } else yield* item;
}
