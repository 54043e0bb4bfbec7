/** A part of a report's section, independent of the format. */
export type Block =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "table"; readonly header: readonly string[]; readonly rows: Rows };

/** The rows of a table, which are made one by one when they are written: a table has as many as the study has runs. */
type Rows = Iterable<readonly string[]>;

/** The text in place of a value that is null. */
export const MISSING = "n/a";

/** A paragraph. */
export function text(value: string): Block {
  return { kind: "text", text: value };
}

/** Returns the rows of `items`, each made when it is written. */
export function rowsOf<Item>(items: readonly Item[], rowOf: (item: Item) => readonly string[]): Rows {
  return {
    *[Symbol.iterator]() {
      for (const item of items) yield rowOf(item);
    },
  };
}

/** Formats a number with `digits` decimals. */
export function fixed(value: number | null | undefined, digits: number): string {
  return value == null ? MISSING : value.toFixed(digits);
}

/** Formats a truth value. */
export function yesNo(value: boolean | null): string {
  if (value === null) return MISSING;
  return value ? "yes" : "no";
}
