import { failure } from "../../errors.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { MAX_TABLE_ROWS } from "../limits.js";

/**
 * Parses JSON with the NaN and Infinity that Python writes, or one JSON value per line, such as Ray's `result.json`, as a list. A last
 * line that a program is still writing is left out.
 *
 * @throws TABLE_INVALID
 */
export function parseJsonValue(text: string, where: string): unknown {
  const content = text.replace(/^\uFEFF/, "");
  try {
    return parsePythonJson(content);
  } catch (cause) {
    const lines = valuesOfLines(content, where);
    if (lines !== undefined) return lines;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw failure("TABLE_INVALID", { where, received: `invalid JSON: ${reason}`, cause });
  }
}

/** Returns the values of two or more lines; undefined if a line other than the last is no JSON. */
function valuesOfLines(text: string, where: string): unknown[] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length < 2) return undefined;
  if (lines.length > MAX_TABLE_ROWS) {
    throw failure("TABLE_INVALID", { where, received: `${lines.length} lines`, allowed: `${MAX_TABLE_ROWS}` });
  }
  const values: unknown[] = [];
  for (const [i, line] of lines.entries()) {
    try {
      values.push(parsePythonJson(line));
    } catch {
      if (i < lines.length - 1 || values.length < 2) return undefined;
    }
  }
  return values;
}
