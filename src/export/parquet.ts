import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import type { Cell, Column, Table } from "./table.js";

/** Maximum rows in a row group. Readers can skip whole groups; the writer holds one in memory, and writes it in one turn. */
const GROUP_ROWS = 20_000;
/** A table with more columns has fewer rows in a group, so that a group is written in tens of milliseconds. */
const GROUP_CELLS = 100_000;
/** Smaller groups would make the file longer than its values. */
const MIN_GROUP_ROWS = 1_000;

const TYPES = {
  text: "STRING",
  integer: "INT32",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  time: "TIMESTAMP",
} as const satisfies Record<Column["type"], string>;

/** Returns the table as Apache Parquet, one row group at a time. Every column is nullable. */
export async function* parquetChunks({ columns, rows }: Table): AsyncGenerator<Uint8Array> {
  const groupRows = Math.min(GROUP_ROWS, Math.max(MIN_GROUP_ROWS, Math.floor(GROUP_CELLS / columns.length)));
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(columns), createdBy: "rankscope" });

  function writeGroup(group: readonly (readonly Cell[])[]): Uint8Array {
    const columnData = columns.map(({ name }, i) => ({ name, data: group.map((row) => row[i] ?? null) }));
    // The writer waits only for a destination that it flushes to; here, the bytes are taken after each group.
    void writer.write({ columnData, rowGroupSize: groupRows });
    return takeBytes(bytes);
  }

  let group: (readonly Cell[])[] = [];
  for await (const batch of rows) {
    for (const row of batch) {
      group.push(row);
      if (group.length < groupRows) continue;
      yield writeGroup(group);
      group = [];
    }
  }
  if (group.length > 0) yield writeGroup(group);
  void writer.finish();
  yield takeBytes(bytes);
}

function schemaOf(columns: readonly Column[]) {
  return schemaFromColumnData({
    columnData: columns.map(({ name, type }) => ({ name, type: TYPES[type], nullable: true, data: [] })),
  });
}

/** Returns the bytes since the last call. The writer's position in the file continues. */
function takeBytes(bytes: ByteWriter): Uint8Array {
  const chunk = bytes.getBytes().slice();
  bytes.index = 0;
  return chunk;
}
