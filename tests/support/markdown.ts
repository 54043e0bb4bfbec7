import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface CodeBlock {
  /** Language after the fence: `sh`, `graphql`, `json`; empty for none. */
  readonly language: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** The next block of the document, if only blank lines lie between them. */
  readonly next: CodeBlock | undefined;
}

export interface MarkdownDocument {
  /** Path relative to the repository. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly CodeBlock[];
  /** The text without its code blocks, line numbers kept. */
  readonly prose: string;
}

/** Reads every Markdown document that people read on the repository's pages. */
export function readDocuments(): MarkdownDocument[] {
  const files = ["README.md", ...markdownBelow("docs"), ...markdownBelow("examples"), ...markdownBelow(".github")];
  return files.map(readDocument);
}

/** Reads one document; `file` is relative to the repository. */
export function readDocument(file: string): MarkdownDocument {
  const text = readFileSync(path.join(ROOT, file), "utf8");
  return { file, text, ...splitBlocks(text) };
}

/** Ids of a document's headings, as GitHub makes them. */
export function headingIds(prose: string): string[] {
  const seen = new Map<string, number>();
  return [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
    const id = heading
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    const times = seen.get(id) ?? 0;
    seen.set(id, times + 1);
    return times === 0 ? id : `${id}-${times}`;
  });
}

/** Targets of the links and images in `prose`, code spans left out. */
export function linkTargets(prose: string): string[] {
  const withoutCode = prose.replaceAll(/`[^`\n]*`/g, "");
  const inline = [...withoutCode.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => target);
  const definitions = [...withoutCode.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target = ""]) => target);
  return [...inline, ...definitions];
}

/** Code spans of the prose and the lines of code blocks: everything that is meant literally. */
export function literals({ prose, blocks }: MarkdownDocument): string[] {
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...spans, ...blocks.flatMap(({ text }) => text.split("\n"))];
}

/** Shell commands of a document, one per line: comments are removed and continued lines are joined. */
export function shellCommands({ prose, blocks }: MarkdownDocument): string[] {
  const shell = blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => commandsOf(text));
  const spans = [...prose.matchAll(/`((?:npm|npx|rankscope) [^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...shell, ...spans];
}

/** The commands of one shell block. A quoted text may span several lines. */
export function commandsOf(text: string): string[] {
  const commands: string[] = [];
  let open = "";
  for (const line of text.split("\n")) {
    open = open === "" ? line : `${open}\n${line}`;
    const isQuoteOpen = (open.match(/'/g) ?? []).length % 2 === 1;
    if (isQuoteOpen) continue;
    if (open.endsWith("\\")) open = open.slice(0, -1);
    else {
      const command = open.replace(/\s+# .*$/, "").trim();
      if (command !== "" && !command.startsWith("#")) commands.push(command);
      open = "";
    }
  }
  return commands;
}

function markdownBelow(folder: string): string[] {
  if (!existsSync(path.join(ROOT, folder))) return [];
  // Model cards lie beside the runs' weights; their tools wrote them.
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md") && !/(^|\/)(runs|base|onnx)\//.test(file))
    .map((file) => path.posix.join(folder, file))
    .sort();
}

function splitBlocks(text: string): { blocks: CodeBlock[]; prose: string } {
  const found: { language: string; text: string; line: number; end: number }[] = [];
  const prose: string[] = [];
  let open: { language: string; lines: string[]; line: number } | undefined;
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    const fence = /^```(\w*)$/.exec(line);
    if (open === undefined && fence !== null) open = { language: fence[1] ?? "", lines: [], line: index + 1 };
    else if (open !== undefined && line === "```") {
      found.push({ language: open.language, text: open.lines.join("\n"), line: open.line, end: index + 1 });
      open = undefined;
    } else if (open === undefined) {
      prose.push(line);
      continue;
    } else open.lines.push(line);
    prose.push("");
  }
  if (open !== undefined) throw new Error(`A code block that starts in line ${open.line} has no end.`);
  const blocks: CodeBlock[] = [];
  for (const { end, ...block } of found.toReversed()) {
    const next = blocks[0];
    const isAdjacent = next !== undefined && lines.slice(end, next.line - 1).every((line) => line.trim() === "");
    blocks.unshift({ ...block, next: isAdjacent ? next : undefined });
  }
  return { blocks, prose: prose.join("\n") };
}
