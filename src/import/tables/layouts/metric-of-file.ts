import path from "node:path";
import { columnName } from "../column-name.js";
import { METRIC_WORD } from "../table-words.js";

/**
 * Returns the metric of figures whose columns are runs and have no name of their own: the file's name if it has the word of a
 * metric, else `value`.
 */
export function metricOfFile(where: string): { readonly name: string; readonly note: string } {
  const stem = path.posix.basename(where).replace(/\.\w+$/, "");
  const name = columnName(stem.slice(0, MAX_STEM_CHARACTERS));
  if (METRIC_WORD.test(name)) return { name, note: `the figures are assumed to be ${name}, as the file is named` };
  return {
    name: "value",
    note: "the figures have no heading and are assumed to be one metric, stored as value; name the file as the metric (eval_loss.csv)",
  };
}

const MAX_STEM_CHARACTERS = 100;
