import type { Block } from "./blocks.js";
import { reportSections } from "./sections.js";
import type { StudyReport } from "./study-report.js";

/** Yields the parts of the report as a self-contained page: no scripts or external files, all text of the study escaped. */
export function* htmlReport(report: StudyReport): Generator<string> {
  const { name, slug, baseModel, updatedAt, tags } = report;
  const facts = [`Study ${slug}`, `base model ${baseModel ?? "unknown"}`, `last changed ${updatedAt}`];
  if (tags.length > 0) facts.push(`tags ${tags.join(", ")}`);
  yield `<!doctype html>
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
`;
  for (const { title, blocks } of reportSections(report)) {
    yield `<section>\n<h2>${escaped(title)}</h2>\n`;
    for (const part of blocks) {
      yield* block(part);
      yield "\n";
    }
    yield "</section>\n";
  }
  yield "</body>\n</html>\n";
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
th,td{border:1px solid #bbb;padding:.25rem .6rem;text-align:left}th{background:#eee}`;

function* block(part: Block): Generator<string> {
  switch (part.kind) {
    case "text":
      yield `<p>${escaped(part.text)}</p>`;
      break;
    case "list":
      yield `<ul>${part.items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`;
      break;
    case "table": {
      const head = part.header.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join("");
      yield `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n`;
      for (const row of part.rows) yield `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>\n`;
      yield "</tbody>\n</table>";
    }
  }
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
