type Scalar = null | boolean | number | bigint | string | Uint8Array;

/**
 * What a pickle may hold. A tuple is a frozen array (it cannot change in Python either), a dict a Map, so that a key
 * such as `__proto__` is only a key. Integers beyond the safe ones are bigint.
 */
export type PlainValue = Scalar | readonly PlainValue[] | ReadonlyMap<PlainValue, PlainValue> | ReadonlySet<PlainValue>;

/** A name that the pickle refers to; it stands for nothing executable. */
export class Global {
  constructor(readonly name: string) {}
}

/** A NumPy scalar type; `littleEndian` is known once the pickle has told it. */
export class Dtype {
  littleEndian: boolean | undefined;
  constructor(
    readonly kind: "f" | "i" | "u" | "b",
    /** Bytes. */
    readonly size: 1 | 2 | 4 | 8,
  ) {}
}

/** A value that only one dialect of pickles makes; no plain value. */
export abstract class Foreign {
  /** For messages: `a tensor`. */
  abstract readonly kind: string;
}

/** What may lie on the machine's stack while the pickle is read. */
export type Item = Scalar | readonly Item[] | Map<Item, Item> | Set<Item> | Global | Dtype | Foreign;

/** A list can still grow; a tuple is frozen. */
export function isList(item: Item | undefined): item is Item[] {
  return Array.isArray(item) && !Object.isFrozen(item);
}

export function isTuple(item: Item | undefined): item is readonly Item[] {
  return Array.isArray(item) && Object.isFrozen(item);
}

/** A short name for messages. */
export function kindOf(item: Item | undefined): string {
  if (item === undefined) return "nothing";
  if (item === null) return "None";
  if (item instanceof Global) return `the global ${item.name}`;
  if (item instanceof Dtype) return "a NumPy data type";
  if (item instanceof Foreign) return item.kind;
  if (item instanceof Map) return "a dict";
  if (item instanceof Set) return "a set";
  if (item instanceof Uint8Array) return "bytes";
  if (typeof item === "object") return isList(item) ? "a list" : "a tuple";
  return `a ${typeof item}`;
}
