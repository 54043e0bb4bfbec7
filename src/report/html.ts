import { reportSections, type Block } from "./sections.js";
import type { StudyReport } from "./study-report.js";

/** The report as a page by itself: no script, nothing from elsewhere, and all that a study's files say escaped. */
export function htmlReport(report: StudyReport): string {
  const { name, slug, baseModel, updatedAt, tags } = report;
  const sections = reportSections(report).map(
    ({ title, blocks }) => `<section>\n<h2>${escaped(title)}</h2>\n${blocks.map(block).join("\n")}\n</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(name)}</h1>
<p>Study ${escaped(slug)}; base model ${escaped(baseModel ?? "unknown")}; last changed ${escaped(updatedAt)}${
    tags.length > 0 ? `; tags ${escaped(tags.join(", "))}` : ""
  }.</p>
${sections.join("\n")}
</body>
</html>
`;
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
th,td{border:1px solid #bbb;padding:.25rem .6rem;text-align:left}th{background:#eee}`;

function block(part: Block): string {
  switch (part.kind) {
    case "text":
      return `<p>${escaped(part.text)}</p>`;
    case "list":
      return `<ul>${part.items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`;
    case "table":
      return `<table>\n<thead><tr>${part.header.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join("")}</tr></thead>\n<tbody>\n${part.rows
        .map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`)
        .join("\n")}\n</tbody>\n</table>`;
  }
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
