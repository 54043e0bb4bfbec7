import { readTableText } from "../folder/read-bounded.js";
import { parseJsonValue } from "../tables/json-value.js";
import { tableOfValue } from "../tables/results-table.js";
import { isLighteval, parseLighteval } from "../evaluations/parse-lighteval.js";
import { isLmEval, parseLmEval } from "../evaluations/parse-lm-eval.js";
import { isMethodComparison, parseMethodComparison } from "../evaluations/parse-method-comparison.js";
import { evidenceOfEvaluation } from "./evaluation-evidence.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";
import { evidenceOfNamedRun } from "./run-log-evidence.js";

/**
 * A results table as JSON, also with the NaN and Infinity that Python writes. Results of lm-evaluation-harness, lighteval and PEFT's
 * method comparison have names of their own choice, so they are recognised by their keys.
 */
export const JSON_TABLE: ResultFormat<TableEvidence> = {
  name: "JSON table",
  gives: ["table", "namedRun", "evaluatedRun"],
  recognises: (fileName) => /\.json$/i.test(fileName),
  async read({ path, where }) {
    const value = parseJsonValue(await readTableText(path, where), where);
    if (isLmEval(value)) return evidenceOfEvaluation(parseLmEval(value, where));
    if (isLighteval(value)) return evidenceOfEvaluation(parseLighteval(value, where));
    if (isMethodComparison(value)) return evidenceOfNamedRun(parseMethodComparison(value, where), "table");
    return [{ kind: "table", table: tableOfValue(value, where, "The JSON is not a table.") }];
  },
};
