import { createHash } from "node:crypto";
import { failure } from "../../errors.js";
import { readJsonLines, type JsonLinesRules } from "../json/json-lines.js";
import { MAX_EVALUATION_ITEMS, MAX_EVALUATION_LINE_BYTES, MAX_EVALUATION_SET_BYTES } from "../limits.js";
import { parseEvaluationItem, type EvaluationItem } from "./evaluation-item.js";

/** Identity and sizes of an evaluation set, which depend on no tokenizer. */
export interface EvaluationSetSummary {
  /** SHA-256 of the items in their order. It does not depend on spaces, on other members, or on the file's name. */
  readonly hash: string;
  readonly items: number;
  /** Number of items by kind. */
  readonly kinds: Readonly<Record<EvaluationItem["kind"], number>>;
  /** UTF-16 units of all texts. */
  readonly characters: number;
  /** Token ids of the items that consist of them. */
  readonly givenTokens: number;
}

const RULES: JsonLinesRules = {
  code: "EVALUATION_SET_INVALID",
  maxFileBytes: MAX_EVALUATION_SET_BYTES,
  maxLineBytes: MAX_EVALUATION_LINE_BYTES,
};

/**
 * Reads the items of an evaluation set, line by line. Empty lines are skipped.
 *
 * @param path absolute, with links resolved
 * @param where name of the file in messages
 * @throws EVALUATION_SET_INVALID, also for a file without items; FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function* readEvaluationItems(path: string, where: string): AsyncGenerator<EvaluationItem> {
  let items = 0;
  for await (const line of readJsonLines(path, where, RULES)) {
    items += 1;
    if (items > MAX_EVALUATION_ITEMS) {
      const received = `more than ${MAX_EVALUATION_ITEMS} items`;
      throw failure("EVALUATION_SET_INVALID", { where, received, allowed: `${MAX_EVALUATION_ITEMS}` });
    }
    yield parseEvaluationItem(line, where);
  }
  if (items === 0)
    throw failure("EVALUATION_SET_INVALID", { where, received: "no items", allowed: "one item or more" });
}

/** Reads a whole set once, and keeps no text. @throws as `readEvaluationItems` does */
export async function summarizeEvaluationSet(path: string, where: string): Promise<EvaluationSetSummary> {
  const hash = createHash("sha256");
  const kinds = { TEXT: 0, COMPLETION: 0, MESSAGES: 0, CHOICES: 0, TOKENS: 0 };
  let characters = 0;
  let givenTokens = 0;
  for await (const item of readEvaluationItems(path, where)) {
    const content = contentOf(item);
    hash.update(`${JSON.stringify([item.kind, ...content])}\n`);
    kinds[item.kind] += 1;
    if (item.kind === "TOKENS") givenTokens += item.ids.length;
    else characters += charactersOf(item);
  }
  const items = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  return { hash: hash.digest("hex"), items, kinds, characters, givenTokens };
}

function contentOf(item: EvaluationItem): readonly unknown[] {
  switch (item.kind) {
    case "TEXT":
      return [item.text];
    case "COMPLETION":
      return [item.prompt, item.completion];
    case "MESSAGES":
      return item.messages.map((message) => Object.entries(message).sort(([left], [right]) => (left < right ? -1 : 1)));
    case "CHOICES":
      return [item.prompt, item.choices, item.answer];
    case "TOKENS":
      return [Array.from(item.ids), item.labels && Array.from(item.labels)];
  }
}

function charactersOf(item: Exclude<EvaluationItem, { readonly kind: "TOKENS" }>): number {
  switch (item.kind) {
    case "TEXT":
      return item.text.length;
    case "COMPLETION":
      return item.prompt.length + item.completion.length;
    case "CHOICES":
      return item.prompt.length + item.choices.reduce((sum, choice) => sum + choice.length, 0);
    case "MESSAGES":
      return item.messages.reduce((sum, { content }) => sum + content.length, 0);
  }
}
