import { mapInTurns } from "../../store/in-turns.js";

/** Returns the values of keys, in their order. */
export type Batch<Key, Value> = (keys: readonly Key[]) => Promise<Value[]>;

/** Returns a batch for keys that each have at most one row. */
export function eachOne<Row>(read: Batch<string, Row>, keyOf: (row: Row) => string): Batch<string, Row | undefined> {
  return async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key));
  };
}

/** Returns a batch for keys that each have any number of rows, whose order is kept. */
export function eachMany<Row>(read: Batch<string, Row>, keyOf: (row: Row) => string): Batch<string, Row[]> {
  return async (keys) => {
    const rows = await groupRows(await read(keys), keyOf);
    return keys.map((key) => rows.get(key) ?? []);
  };
}

/** Groups rows by key. Other requests are served meanwhile. */
export async function groupRows<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Promise<Map<string, Row[]>> {
  const grouped = new Map<string, Row[]>();
  await mapInTurns(rows, (row) => {
    const ofKey = grouped.get(keyOf(row));
    if (ofKey === undefined) grouped.set(keyOf(row), [row]);
    else ofKey.push(row);
  });
  return grouped;
}
