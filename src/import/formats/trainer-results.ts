import { failure } from "../../errors.js";
import { readTextFile } from "../folder/read-bounded.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { MAX_SETTINGS_FILE_BYTES } from "../limits.js";
import { numberOf } from "../tables/cell-number.js";
import type { MetricReading, RunEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** Entries that give the time of the values, or the size of the run. */
const NOT_METRICS = new Set(["epoch", "step", "total_flos"]);

/**
 * `{train,eval,test,predict,all}_results.json` of the Hugging Face Trainer: final figures in one flat object. Older examples write lines
 * `name = value` into `eval_results.txt`.
 */
export const TRAINER_RESULTS: ResultFormat<RunEvidence> = {
  name: "result files of the Trainer",
  gives: ["metrics"],
  recognises: (fileName) => /^(?:train|eval|test|predict|all)_results(?:\.json|\w*\.txt)$/.test(fileName),
  async read({ path, where }) {
    const text = await readTextFile(path, where, MAX_SETTINGS_FILE_BYTES);
    const results = where.endsWith(".txt") ? resultsOfLines(text) : parse(text, where);
    return [{ kind: "metrics", metrics: metricsOf(results) }];
  },
};

function parse(text: string, where: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (cause) {
    throw failure("SETTINGS_FILE_INVALID", { where, received: (cause as Error).message, allowed: "JSON", cause });
  }
}

/** Returns the figures of lines such as `eval_loss = 1.23`; other lines are text. */
function resultsOfLines(text: string): Record<string, number> {
  const figures = text.split("\n").flatMap((line) => {
    const [, name, value] = /^\s*([A-Za-z][\w/ -]{0,99}?)\s*[=:]\s*(\S{1,40})\s*$/.exec(line.slice(0, 200)) ?? [];
    const number = numberOf(value);
    return name === undefined || number === undefined ? [] : [[name.replaceAll(" ", "_"), number] as const];
  });
  return Object.fromEntries(figures);
}

function metricsOf(results: unknown): MetricReading[] {
  if (typeof results !== "object" || results === null || Array.isArray(results)) return [];
  return Object.entries(results).flatMap(([name, value]) =>
    typeof value === "number" && !NOT_METRICS.has(name) ? [{ name, value, step: null }] : [],
  );
}
