import { readPickle } from "../pickle/read-pickle.js";
import { readTableFile } from "../folder/read-bounded.js";
import { tableOfValue } from "../tables/results-table.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** Results tables that a notebook pickled. Nothing in the pickle is executed. */
export const PKL_TABLE = pickleTable(".pkl");
export const PICKLE_TABLE = pickleTable(".pickle");

function pickleTable(extension: string): ResultFormat<TableEvidence> {
  return {
    name: `${extension} table`,
    gives: ["table"],
    recognises: (fileName) => fileName.toLowerCase().endsWith(extension),
    async read({ path, where }) {
      const value = readPickle(await readTableFile(path, where), where);
      return [{ kind: "table", table: tableOfValue(value, where, "The pickle is not a table.") }];
    },
  };
}
