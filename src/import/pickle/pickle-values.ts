type Scalar = null | boolean | number | bigint | string | Uint8Array;

/**
 * A value that a pickle may contain. A tuple is a frozen array, because it is immutable in Python too. A dict is a Map, so that
 * `__proto__` is a key like any other. Unsafe integers are bigint.
 */
export type PlainValue = Scalar | readonly PlainValue[] | ReadonlyMap<PlainValue, PlainValue> | ReadonlySet<PlainValue>;

/** A name that the pickle refers to. It is never resolved to anything executable. */
export class Global {
  constructor(readonly name: string) {}
}

/** A NumPy scalar type. `littleEndian` is set when the pickle gives the byte order. */
export class Dtype {
  littleEndian: boolean | undefined;
  constructor(
    readonly kind: "f" | "i" | "u" | "b",
    /** Bytes. */
    readonly size: 1 | 2 | 4 | 8,
  ) {}
}

/** A value that only one dialect of pickles has. It is not a plain value. */
export abstract class Foreign {
  /** Name in messages: `a tensor`. */
  abstract readonly kind: string;
}

/** A value on the machine's stack. */
export type Item = Scalar | readonly Item[] | Map<Item, Item> | Set<Item> | Global | Dtype | Foreign;

/** Returns whether the item is a list, which can grow. A tuple is frozen. */
export function isList(item: Item | undefined): item is Item[] {
  return Array.isArray(item) && !Object.isFrozen(item);
}

export function isTuple(item: Item | undefined): item is readonly Item[] {
  return Array.isArray(item) && Object.isFrozen(item);
}

/** Returns a short name for messages. */
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
