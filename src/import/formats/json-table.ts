import { failure } from "../../errors.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { readTableText } from "../folder/read-bounded.js";
import { tableOfValue } from "../tables/results-table.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** A results table as JSON, also with the NaN and Infinity that Python writes. */
export const JSON_TABLE: ResultFormat<TableEvidence> = {
  name: "JSON table",
  gives: ["table"],
  recognises: (fileName) => /\.json$/i.test(fileName),
  async read({ path, where }) {
    const text = await readTableText(path, where);
    const table = tableOfValue(parse(text, where), where, "The JSON is not a table.");
    return [{ kind: "table", table }];
  },
};

function parse(text: string, where: string): unknown {
  try {
    return parsePythonJson(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw failure("TABLE_INVALID", { where, received: `invalid JSON: ${reason}`, cause });
  }
}
