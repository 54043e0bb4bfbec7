import { parseLmEvalTable } from "../evaluations/parse-lm-eval-table.js";
import { readTextFile } from "../folder/read-bounded.js";
import { MAX_SETTINGS_FILE_BYTES } from "../limits.js";
import { markdownTables } from "../tables/markdown-tables.js";
import { tableOfRows } from "../tables/results-table.js";
import { valuesOfEvaluation } from "./evaluation-evidence.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/**
 * Tables of runs in Markdown: `README.md`, `results.md`. Their figures are rounded copies, so this format is the least trusted. The
 * table that lm-evaluation-harness prints is an evaluation. Tables of anything else are text, and are not reported.
 */
export const MARKDOWN_TABLE: ResultFormat<TableEvidence> = {
  name: "Markdown table",
  gives: ["table", "evaluatedRun"],
  sharesFiles: true,
  recognises: (fileName) => /\.(?:md|markdown)$/i.test(fileName),
  async read({ path, where }) {
    const text = await readTextFile(path, where, MAX_SETTINGS_FILE_BYTES);
    return markdownTables(text).flatMap((table): TableEvidence[] => {
      const results = parseLmEvalTable(table);
      if (results !== undefined) {
        const tool = "lm-evaluation-harness";
        const evaluations = valuesOfEvaluation({
          tool,
          model: null,
          adapter: null,
          modelArguments: new Map(),
          results,
        });
        return evaluations.length === 0
          ? []
          : [{ kind: "evaluatedRun", evaluated: [], settings: [], evaluations, predictions: [] }];
      }
      const [header = [], ...records] = table;
      if (header.some((name, i) => name !== "" && header.indexOf(name) !== i)) return [];
      const rows = records.map((record) => ({ key: null, cells: new Map(header.map((name, i) => [name, record[i]])) }));
      const read = tableOfRows(rows, where);
      return read.kind === "rows" ? [{ kind: "table", table: read, isCopy: true }] : [];
    });
  },
};
