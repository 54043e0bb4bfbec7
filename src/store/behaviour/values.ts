import type { PackedItems } from "../../model/behaviour-values.js";
import type { Connection } from "../connection.js";

/** The values of a fact. */
export interface StoredValues extends PackedItems {
  readonly key: string;
}

/** Returns the values of facts, in one row each. A fact without items is left out. */
export function behaviourValues({ sql }: Connection, keys: readonly string[]): Promise<StoredValues[]> {
  return sql<StoredValues[]>`
    select fact_key as key, array_agg(position order by position) as positions,
      array_agg(length(values) order by position) as lengths, string_agg(values, ''::bytea order by position) as bytes
    from behaviour_item where fact_key = any(${[...keys]}::text[]) group by fact_key`;
}
