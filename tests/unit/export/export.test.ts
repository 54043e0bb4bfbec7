import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { csvChunks } from "#src/export/csv.js";
import { parquetChunks } from "#src/export/parquet.js";
import type { Cell, Column, Table } from "#src/export/table.js";

const COLUMNS: readonly Column[] = [
  { name: "text", type: "text" },
  { name: "integer", type: "integer" },
  { name: "number", type: "number" },
  { name: "boolean", type: "boolean" },
  { name: "time", type: "time" },
];

// eslint-disable-next-line @typescript-eslint/require-await -- a table's rows are read as they come
async function* batches(rows: readonly Cell[][], size: number) {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}
const table = (rows: readonly Cell[][], size = 2, columns = COLUMNS): Table => ({ columns, rows: batches(rows, size) });

async function csv(of: Table): Promise<string> {
  let text = "";
  for await (const chunk of csvChunks(of)) text += chunk;
  return text;
}

async function parquet(of: Table): Promise<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of parquetChunks(of)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

test("CSV has a header, CRLF, doubled quotes and empty cells for null", async () => {
  const time = new Date(Date.UTC(2026, 0, 2));
  const rows = [
    ['say "a, b"', -1, -0.5, true, time],
    [null, null, null, null, null],
    ["two\r\nlines", 0, 1e-300, false, null],
  ];
  expect(await csv(table(rows))).toBe(
    "text,integer,number,boolean,time\r\n" +
      '"say ""a, b""",-1,-0.5,true,2026-01-02T00:00:00.000Z\r\n' +
      ",,,,\r\n" +
      '"two\r\nlines",0,1e-300,false,\r\n',
  );
});

test.each([
  ...["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("x")'],
  ...["\uFF1D1+1", "\uFF0B1", "\uFF0D1", "\uFF20SUM(A1)"],
])("text that a spreadsheet would run as a formula (%j) is neutralized, in a header too", async (formula) => {
  const text = await csv(table([[formula]], 1, [{ name: formula, type: "text" }]));
  const cells = parse(text);
  expect(cells).toEqual([[`'${formula}`], [`'${formula}`]]);
});

test("any text survives a CSV round trip, except for the apostrophe before formulas", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ minLength: 1, unit: "grapheme" }), { minLength: 1 }), async (texts) => {
      const cells = parse(
        await csv(
          table(
            texts.map((text) => [text]),
            3,
            [{ name: "text", type: "text" }],
          ),
        ),
      );
      const back = cells.slice(1).map(([cell], i) => (cell === `'${texts[i]}` ? texts[i] : cell));
      expect(back).toEqual(texts);
    }),
    { numRuns: 50 },
  );
});

test("every value survives a Parquet round trip with several row groups", async () => {
  const rows = Array.from({ length: 45_000 }, (_, i): Cell[] =>
    i % 7 === 3
      ? [null, null, null, null, null]
      : [`run ${i}`, i - 20_000, Math.sin(i), i % 2 === 0, new Date(Date.UTC(2026, 0, 1) + i * 1000)],
  );
  const file = await parquet(table(rows, 7_000));
  expect(parquetMetadata(file).row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([20_000, 20_000, 5_000]);
  const read = await parquetReadObjects({ file });
  expect(read.map((row) => COLUMNS.map(({ name }) => row[name] ?? null))).toEqual(rows);
});

test("a table without rows is a file with its columns", async () => {
  expect(await csv(table([]))).toBe("text,integer,number,boolean,time\r\n");
  const metadata = parquetMetadata(await parquet(table([])));
  expect(metadata.num_rows).toBe(0n);
  expect(metadata.schema.slice(1).map(({ name }) => name)).toEqual(COLUMNS.map(({ name }) => name));
});
