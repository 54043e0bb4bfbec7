import type { PickleRefusal } from "./pickle-refusal.js";
import type { Item } from "./pickle-values.js";

/** Counts copied items, so that a pickle cannot copy one long list a million times. */
export type Spend = (items: number) => void;

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
}
