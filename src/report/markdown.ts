import type { Block } from "./blocks.js";
import { reportSections } from "./sections.js";
import type { StudyReport } from "./study-report.js";

/** Yields the parts of the report in GitHub Flavored Markdown, with all text of the study escaped. */
export function* markdownReport(report: StudyReport): Generator<string> {
  const { name, slug, baseModel, updatedAt, tags } = report;
  const facts = [
    `study ${inline(slug)}`,
    `base model ${baseModel === null ? "unknown" : inline(baseModel)}`,
    `last changed ${updatedAt}`,
    ...(tags.length > 0 ? [`tags ${tags.map(inline).join(", ")}`] : []),
  ];
  yield `# ${inline(name)}\n\n${facts.join("; ")}.`;
  for (const { title, blocks } of reportSections(report)) {
    yield `\n\n## ${title}`;
    for (const part of blocks) {
      yield "\n\n";
      yield* block(part);
    }
  }
  yield "\n";
}

function* block(part: Block): Generator<string> {
  switch (part.kind) {
    case "text":
      yield inline(part.text);
      break;
    case "list":
      yield part.items.map((item) => `- ${inline(item)}`).join("\n");
      break;
    case "table":
      yield `${tableRow(part.header)}\n${tableRow(part.header.map(() => "---"))}`;
      for (const row of part.rows) yield `\n${tableRow(row.map(inline))}`;
  }
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

const ENTITIES: Readonly<Record<string, string>> = { "<": "&lt;", "&": "&amp;" };

/** Escapes the characters that are markup in Markdown or HTML. */
function inline(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>|#~&]/g, (character) => ENTITIES[character] ?? `\\${character}`);
}
