import { reportSections, type Block } from "./sections.js";
import type { StudyReport } from "./study-report.js";

/** Returns the report in GitHub Flavored Markdown, with all text of the study escaped. */
export function markdownReport(report: StudyReport): string {
  const { name, slug, baseModel, updatedAt, tags } = report;
  const facts = [
    `study ${inline(slug)}`,
    `base model ${baseModel === null ? "unknown" : inline(baseModel)}`,
    `last changed ${updatedAt}`,
    ...(tags.length > 0 ? [`tags ${tags.map(inline).join(", ")}`] : []),
  ];
  const sections = reportSections(report).map(
    ({ title, blocks }) => `## ${title}\n\n${blocks.map(block).join("\n\n")}`,
  );
  return `${[`# ${inline(name)}`, `${facts.join("; ")}.`, ...sections].join("\n\n")}\n`;
}

function block(part: Block): string {
  switch (part.kind) {
    case "text":
      return inline(part.text);
    case "list":
      return part.items.map((item) => `- ${inline(item)}`).join("\n");
    case "table":
      return [part.header, part.header.map(() => "---"), ...part.rows.map((row) => row.map(inline))]
        .map((cells) => `| ${cells.join(" | ")} |`)
        .join("\n");
  }
}

const ENTITIES: Readonly<Record<string, string>> = { "<": "&lt;", "&": "&amp;" };

/** Escapes the characters that are markup in Markdown or HTML. */
function inline(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>|#~&]/g, (character) => ENTITIES[character] ?? `\\${character}`);
}
