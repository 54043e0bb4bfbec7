import type { ReportFormat } from "../model/enums/export.js";
import { ITEMS_PER_TURN, takeTurn } from "../store/in-turns.js";
import { htmlReport } from "./html.js";
import { jsonReport } from "./json.js";
import { markdownReport } from "./markdown.js";
import type { StudyReport } from "./study-report.js";

/** Number of parts, such as rows of a table, that are written in one turn of the event loop: a few milliseconds. */
const PARTS_PER_TURN = 500;

/** Returns the text of the report in `format`. Other requests are served while it is written. */
export async function writeReport(report: StudyReport, format: ReportFormat): Promise<string> {
  const parts: string[] = [];
  for (const part of partsOf(report, format)) {
    if (parts.length % PARTS_PER_TURN === 0) await takeTurn(ITEMS_PER_TURN, report);
    parts.push(part);
  }
  return parts.join("");
}

function partsOf(report: StudyReport, format: ReportFormat): Iterable<string> {
  switch (format) {
    case "MARKDOWN":
      return markdownReport(report);
    case "HTML":
      return htmlReport(report);
    case "JSON":
      return jsonReport(report);
  }
}
