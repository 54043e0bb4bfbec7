import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import type { Cell, Column, Table } from "./table.js";

/** Rows of a row group: readers skip whole groups, and one is held in memory at a time. */
const GROUP_ROWS = 20_000;

const TYPES = {
  text: "STRING",
  integer: "INT32",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  time: "TIMESTAMP",
} as const satisfies Record<Column["type"], string>;

/** The table as Apache Parquet, a row group at a time; every column may be null. */
export async function* parquetChunks({ columns, rows }: Table): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(columns), createdBy: "rankscope" });
  let waiting: (readonly Cell[])[] = [];
  const write = (group: readonly (readonly Cell[])[]) => {
    const columnData = columns.map(({ name }, i) => ({ name, data: group.map((row) => row[i] ?? null) }));
    // The writer waits only for what it is given to flush to; here its bytes are taken after each group instead.
    void writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    return taken(bytes);
  };
  for await (const batch of rows) {
    waiting.push(...batch);
    while (waiting.length >= GROUP_ROWS) {
      yield write(waiting.slice(0, GROUP_ROWS));
      waiting = waiting.slice(GROUP_ROWS);
    }
  }
  if (waiting.length > 0) yield write(waiting);
  void writer.finish();
  yield taken(bytes);
}

function schemaOf(columns: readonly Column[]) {
  return schemaFromColumnData({
    columnData: columns.map(({ name, type }) => ({ name, type: TYPES[type], nullable: true, data: [] })),
  });
}

/** What was written since the last time; the writer goes on counting its place in the file. */
function taken(bytes: ByteWriter): Uint8Array {
  const chunk = bytes.getBytes().slice();
  bytes.index = 0;
  return chunk;
}
