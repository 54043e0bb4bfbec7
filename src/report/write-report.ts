import type { ReportFormat } from "../model/enums/export.js";
import { htmlReport } from "./html.js";
import { markdownReport } from "./markdown.js";
import type { StudyReport } from "./study-report.js";

/** Returns the text of the report in `format`. */
export function writeReport(report: StudyReport, format: ReportFormat): string {
  switch (format) {
    case "MARKDOWN":
      return markdownReport(report);
    case "HTML":
      return htmlReport(report);
    case "JSON":
      return `${JSON.stringify(report, null, 2)}\n`;
  }
}
