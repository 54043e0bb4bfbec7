import type { StudyReport } from "./study-report.js";

/** Yields the parts of the report as JSON with an indentation of two spaces, as JSON.stringify writes it. */
export function* jsonReport(report: StudyReport): Generator<string> {
  yield "{";
  let separator = "\n";
  for (const [name, value] of Object.entries(report) as [string, unknown][]) {
    if (value === undefined) continue;
    yield `${separator}  ${JSON.stringify(name)}: `;
    separator = ",\n";
    if (Array.isArray(value) && value.length > 0) yield* jsonList(value);
    else yield indented(value, "  ");
  }
  yield "\n}\n";
}

function* jsonList(list: readonly unknown[]): Generator<string> {
  let separator = "[\n";
  for (const item of list) {
    yield `${separator}    ${indented(item, "    ")}`;
    separator = ",\n";
  }
  yield "\n  ]";
}

/** Line breaks are escaped within texts of JSON, so that each one is between values. */
function indented(value: unknown, indentation: string): string {
  return JSON.stringify(value ?? null, null, 2).replaceAll("\n", `\n${indentation}`);
}
