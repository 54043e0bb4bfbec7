import { failure } from "../../errors.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { readTableText } from "../folder/read-bounded.js";
import { MAX_TABLE_ROWS } from "../limits.js";
import { tableOfValue } from "../tables/results-table.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** A results table with one JSON object per line, such as a script appends. */
export const JSONL_TABLE: ResultFormat<TableEvidence> = {
  name: "JSON Lines table",
  gives: ["table", "damage"],
  recognises: (fileName) => /\.(?:jsonl|ndjson)$/i.test(fileName),
  async read({ path, where }) {
    const text = await readTableText(path, where);
    const lines = text.replace(/^\uFEFF/, "").split("\n");
    if (lines.length > MAX_TABLE_ROWS + 1) {
      throw failure("TABLE_INVALID", { where, received: `${lines.length} lines`, allowed: `${MAX_TABLE_ROWS}` });
    }
    const rows: unknown[] = [];
    for (const [i, line] of lines.entries()) {
      if (line.trim() === "") continue;
      try {
        rows.push(parsePythonJson(line));
      } catch (cause) {
        // A program may still write the last line.
        if (i === lines.length - 1 && rows.length > 0) {
          return [tableOf(rows, where), { kind: "damage", reason: "its last row is incomplete" }];
        }
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw failure("TABLE_INVALID", { where, received: `invalid JSON in line ${i + 1}: ${reason}`, cause });
      }
    }
    return [tableOf(rows, where)];
  },
};

function tableOf(rows: readonly unknown[], where: string): TableEvidence {
  return { kind: "table", table: tableOfValue(rows, where, "The lines are not rows of a table.") };
}
