import type { PickleRefusal } from "./pickle-refusal.js";
import type { Item } from "./pickle-values.js";

/** Counts items that are copied, so that a pickle cannot copy one long list a million times. */
export type Spend = (items: number) => void;

/** What a call of a global is worth. */
export type Construct = (args: readonly Item[], refusal: PickleRefusal, spend: Spend) => Item;

/** What the pickles of one kind of file may ask for beyond plain values. */
export interface PickleDialect {
  /** All that a pickle may name. Each call is done by the function here; nothing is looked up anywhere else. */
  readonly globals: ReadonlyMap<string, Construct>;
  /** What BINPERSID's reference stands for; without it references are refused. */
  readonly refer?: (id: Item, refusal: PickleRefusal) => Item;
  /** Whether attributes of a dict are dropped; otherwise they are refused. */
  readonly dropsAttributes?: boolean;
}
