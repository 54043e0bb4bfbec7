import { readFileSync } from "node:fs";
import fc from "fast-check";
import JSON5 from "json5";
import { expect } from "vitest";
import { readCsvTable } from "#src/import/tables/csv-records.js";
import { MARKDOWN_TABLE } from "#src/import/formats/markdown-table.js";
import { EMPTY_CELL, TOTAL_ROW } from "#src/import/tables/table-words.js";
import { readPickle } from "#src/import/pickle/read-pickle.js";
import { parsePythonJson } from "#src/import/json/parse-python-json.js";
import { fuzz, readOrRefused } from "../support/fuzz.js";
import { mutated, mutatedJson } from "../support/mutations.js";
import { pickleOf } from "../support/pickle-of.js";
import { readResultsTable } from "../support/read-results-table.js";

/**
 * A table whose every run has its row, as any kind of file has it. `na` is an empty cell and `mean` a row of means: the unit tests
 * of tables have both.
 */
const rows = fc.uniqueArray(
  fc.record({
    run: fc.stringMatching(/^[a-z0-9_]{1,12}$/).filter((name) => !EMPTY_CELL.test(name) && !TOTAL_ROW.test(name)),
    rank: fc.integer({ min: 1, max: 256 }),
    quantization: fc.constantFrom("16bit", "4bit", "8bit"),
    // JSON writes -0 as 0.
    training_loss: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((loss) => loss + 0),
    note: fc.string({ unit: "binary", maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 8, selector: ({ run }) => run },
);

fuzz(
  "JSON tables: what was written is read",
  rows,
  async (list, file) => {
    const table = await readResultsTable(await file(JSON.stringify(list)), "t.json");
    if (table.kind !== "rows") throw new Error(`not a table: ${table.kind}`);
    expect(
      table.rows.map(({ experiment, rank, quantization, metrics }) => [
        experiment,
        rank,
        quantization,
        metrics.get("training_loss"),
      ]),
    ).toEqual(list.map(({ run, rank, quantization, training_loss: loss }) => [run, rank, quantization, loss]));
  },
  { fileName: "t.json" },
);

fuzz(
  "JSON tables that say odd things are read or refused",
  mutatedJson(rows),
  async (text, file) => {
    const place = await file(text);
    await readOrRefused(() => readResultsTable(place, "t.json"));
  },
  { fileName: "t.json" },
);

fuzz(
  "JSON tables whose bytes were changed are read or refused",
  mutated(rows.map((list) => JSON.stringify(list))),
  async (bytes, file) => {
    const place = await file(bytes);
    await readOrRefused(() => readResultsTable(place, "t.json"));
  },
  { fileName: "t.json" },
);

const pythonNumber = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, 0));
fuzz(
  "Python's JSON, with NaN and Infinity, is read as it was written",
  fc.dictionary(fc.string(), pythonNumber),
  (value) => {
    const entries = Object.entries(value).map(
      ([key, number]) => `${JSON.stringify(key)}: ${Object.is(number, -0) ? "-0.0" : number}`,
    );
    expect(parsePythonJson(`{${entries.join(", ")}}`)).toEqual(value);
  },
);

/** Texts with the words, alone and not, and with what ends a string and does not. */
const wordy = fc
  .array(fc.constantFrom("NaN", "-Infinity", "Infinity", "\\", '"', "-", " ", "1", "a", "\u0000"), {
    maxLength: 6,
  })
  .map((parts) => parts.join(""));
const { value: nested } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    pythonNumber,
    fc.oneof(wordy, fc.constantFrom(null, true, false)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(wordy, fc.constant("__proto__")), tie("value"), { maxKeys: 4 }),
  ),
}));
/** As Python's json.dump writes it. */
function pythonJson(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : String(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${pythonJson(member)}`);
  return `{${members.join(", ")}}`;
}
fuzz("Python's JSON, however nested, is read as JSON5 reads it", nested, (value) => {
  const text = pythonJson(value);
  expect(parsePythonJson(text)).toEqual(JSON5.parse(text));
});
fuzz(
  "what is read of Python's JSON whose bytes were changed is what JSON5 reads",
  fc.oneof(mutated(nested.map(pythonJson)), wordy.map(Buffer.from)),
  (bytes) => {
    const text = bytes.toString("utf8");
    let read: unknown;
    try {
      read = parsePythonJson(text);
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxError);
      return;
    }
    expect(read).toEqual(JSON5.parse(text));
  },
);

const cell = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.trim());
const csv = fc
  .integer({ min: 1, max: 5 })
  .chain((columns) =>
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 6 }),
  );
const quoted = (table: readonly (readonly string[])[], separator: string) =>
  table.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(separator)).join("\r\n");

fuzz("CSV: what was written, with any cells in quotes, is read", fc.tuple(csv, fc.boolean()), ([table, bom]) => {
  expect(readCsvTable(`${bom ? "\uFEFF" : ""}${quoted(table, ",")}`, "t.csv", 100)).toEqual(table);
});

const csvText = rows.map((list) =>
  quoted([Object.keys(list[0] ?? {}), ...list.map((row) => Object.values(row).map(String))], ","),
);
fuzz(
  "CSV whose bytes were changed is read or refused",
  mutated(csvText),
  async (bytes, file) => {
    const place = await file(bytes);
    await readOrRefused(() => readResultsTable(place, "t.csv"));
  },
  { fileName: "t.csv" },
);

fuzz(
  "JSON Lines whose bytes were changed are read or refused",
  mutated(rows.map((list) => list.map((row) => JSON.stringify(row)).join("\n"))),
  async (bytes, file) => {
    const place = await file(bytes);
    await readOrRefused(() => readResultsTable(place, "t.jsonl"));
  },
  { fileName: "t.jsonl" },
);

const markdownText = rows.map((list) => {
  const lines = [
    Object.keys(list[0] ?? {}),
    ["--", "--", "--", "--", "--"],
    ...list.map((row) => Object.values(row).map(String)),
  ];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
});
fuzz(
  "Markdown whose bytes were changed is read or refused",
  mutated(markdownText),
  async (bytes, file) => {
    const place = await file(bytes);
    await readOrRefused(() => MARKDOWN_TABLE.read({ path: place, where: "t.md" }));
  },
  { fileName: "t.md" },
);

/** Cells and headings with all notations that layouts read, in tables of any shape. */
const layoutCell = fc.constantFrom(
  "",
  "8",
  "r=8",
  "LoRA",
  "QLoRA r=8",
  "4bit",
  "1,5",
  "1.5 ± 0.1",
  "0.5 (0.1)",
  "OOM",
  "nan",
  "mean",
  "diverged",
  "-",
  "81 %",
);
const layoutHeading = fc.constantFrom(
  "",
  "run",
  "method",
  "rank",
  "r=4",
  "r=8",
  "8",
  "16",
  "lora_loss",
  "qlora_loss",
  "loss",
  "metric",
  "seed",
  "bits",
  "params.r",
  "number",
  "state",
  "value",
  "Rang",
  "秩",
);
fuzz(
  "tables of any layout are read or refused, and every time in the same way",
  fc
    .integer({ min: 1, max: 5 })
    .chain((columns) =>
      fc.tuple(
        fc.array(layoutHeading, { minLength: columns, maxLength: columns }),
        fc.array(fc.array(layoutCell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 5 }),
      ),
    ),
  async ([header, body], file) => {
    const place = await file(quoted([header, ...body], ","));
    const table = await readOrRefused(() => readResultsTable(place, "t.csv"));
    expect(await readOrRefused(() => readResultsTable(place, "t.csv"))).toEqual(table);
    if (table?.kind !== "rows" || table.byRank) return;
    const names = table.rows.map(({ experiment }) => experiment);
    expect(new Set(names).size).toBe(names.length);
  },
  { fileName: "t.csv" },
);

const scalar = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 10, unit: "binary" }),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }),
);
const { value: plain } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.string({ maxLength: 6 }), fc.constant("__proto__")), tie("value")), { maxLength: 4 })
      .map((entries) => new Map(entries)),
  ),
}));
fuzz("pickles: what was written is read", plain, (value) => {
  expect(readPickle(pickleOf(value), "p")).toEqual(value);
});

const { plain: written, numpy } = JSON.parse(
  readFileSync(new URL("../unit/import/pickle/pickles.json", import.meta.url), "utf8"),
) as Record<"plain" | "numpy", string[]>;
const python = [...written, ...numpy].map((text) => Buffer.from(text, "base64"));
fuzz(
  "pickles of CPython and NumPy whose bytes were changed are read or refused",
  mutated(fc.oneof(fc.constantFrom(...python), plain.map(pickleOf))),
  async (bytes) => {
    await readOrRefused(() => readPickle(bytes, "p"));
  },
);
fuzz(
  "pickled tables whose bytes were changed are read or refused",
  mutated(rows.map((list) => pickleOf(list.map((row) => new Map(Object.entries(row)))))),
  async (bytes, file) => {
    const place = await file(bytes);
    await readOrRefused(() => readResultsTable(place, "t.pkl"));
  },
  { fileName: "t.pkl" },
);
