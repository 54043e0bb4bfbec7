import type { GraphQLField } from "graphql";
import { Extensions } from "type-graphql";

const EXTENSION = "price";

/** The arguments that a field receives, with defaults filled in. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A number, or a function that computes it from the field's arguments. */
type Amount = number | ((args: Arguments) => number);

/**
 * The price of a field. One point is about one value that is read. Prices are estimates made before anything is read: they
 * assume the same number of ranks and layers for every study, so that a client can compute them too.
 */
export interface Price {
  /** Points for the field itself, in addition to one for each of its values; 0 by default. */
  readonly points?: Amount;
  /** Expected number of items in the field's list, unless it is a page with `first`. */
  readonly items?: Amount;
}

/** States the price of a field. Without this decorator a field costs one point for each of its values. */
export function Costs(price: Price): MethodDecorator & PropertyDecorator {
  return Extensions({ [EXTENSION]: price });
}

/** Returns the price that @Costs states at a field; undefined without the decorator. */
export function priceOf(field: GraphQLField<unknown, unknown>): Price | undefined {
  return field.extensions[EXTENSION] as Price | undefined;
}

/** Returns an amount for the given arguments; undefined if there is none. */
export function amountFor(amount: Amount | undefined, args: Arguments): number | undefined {
  return typeof amount === "function" ? amount(args) : amount;
}
