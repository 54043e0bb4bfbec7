import { reportSections, type Block } from "./sections.js";
import type { StudyReport } from "./study-report.js";

/** Returns the report as a self-contained page: without scripts or external files, and with all text of the study escaped. */
export function htmlReport(report: StudyReport): string {
  const { name, slug, baseModel, updatedAt, tags } = report;
  const sections = reportSections(report).map(
    ({ title, blocks }) => `<section>\n<h2>${escaped(title)}</h2>\n${blocks.map(block).join("\n")}\n</section>`,
  );
  const facts = [`Study ${slug}`, `base model ${baseModel ?? "unknown"}`, `last changed ${updatedAt}`];
  if (tags.length > 0) facts.push(`tags ${tags.join(", ")}`);
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
<p>${escaped(facts.join("; "))}.</p>
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
      return table(part.header, part.rows);
  }
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = header.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`).join("\n");
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
