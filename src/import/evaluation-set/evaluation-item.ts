import { failure } from "../../errors.js";
import { fieldsOf, type Fields } from "../evaluations/json-fields.js";
import { quoteText } from "../findings.js";
import { integerList } from "../json/integer-list.js";
import type { JsonLine } from "../json/json-lines.js";
import { MAX_CHOICES, MAX_MESSAGES } from "../limits.js";
import type { Message } from "../tokenizer/chat-template.js";

/** One item of an evaluation set, and which of its tokens are scored. */
export type EvaluationItem =
  /** Every token is scored that follows another one. */
  | { readonly kind: "TEXT"; readonly line: number; readonly text: string }
  /** The completion's tokens are scored. */
  | { readonly kind: "COMPLETION"; readonly line: number; readonly prompt: string; readonly completion: string }
  /** The tokens of the assistant's messages are scored. */
  | { readonly kind: "MESSAGES"; readonly line: number; readonly messages: readonly Message[] }
  /** A multiple-choice question. The tokens of the right answer are scored, or none if it is not told. */
  | {
      readonly kind: "CHOICES";
      readonly line: number;
      readonly prompt: string;
      readonly choices: readonly string[];
      readonly answer: number | null;
    }
  /** The tokens with a label are scored; all of them if there are no labels. */
  | { readonly kind: "TOKENS"; readonly line: number; readonly ids: Int32Array; readonly labels: Int32Array | null };

/** The label of a token that is not scored: ignore_index of PyTorch's cross_entropy. */
export const UNSCORED_LABEL = -100;

/** The members of each kind. An item with choices may have the members of CHOICES only. */
const MEMBERS = {
  CHOICES: ["choices", "question", "prompt", "answer"],
  TEXT: ["text"],
  COMPLETION: ["prompt", "completion"],
  MESSAGES: ["messages"],
  TOKENS: ["input_ids", "labels"],
} as const satisfies Record<EvaluationItem["kind"], readonly string[]>;
const KINDS = Object.keys(MEMBERS) as EvaluationItem["kind"][];
const FORMS = "{text}, {prompt, completion}, {messages}, {question, choices, answer} or {input_ids, labels}";

/**
 * Reads a line. Members beside those of its kind, such as an id, are not part of the item.
 *
 * @throws EVALUATION_SET_INVALID
 */
export function parseEvaluationItem({ value, line }: JsonLine, where: string): EvaluationItem {
  const fields = fieldsOf(value);
  const invalid: Invalid = (received, allowed) =>
    failure("EVALUATION_SET_INVALID", { where, received: `line ${line} ${received}`, allowed });
  const kinds = kindsOf(fields);
  const [kind, other] = kinds;
  if (kind === undefined) throw invalid("with none of the known members", FORMS);
  if (other !== undefined) {
    const names = kinds.map((each) => MEMBERS[each].filter((name) => fields.has(name)).join(" and "));
    throw invalid(`with ${names.join(" and ")}`, `one of ${FORMS}`);
  }
  const text = (name: string): string => {
    const member = fields.get(name);
    if (typeof member === "string") return member;
    throw invalid(
      `with ${name} ${quoteText(member === undefined ? "missing" : JSON.stringify(member))}`,
      `${name} as a text`,
    );
  };
  switch (kind) {
    case "TEXT":
      return { kind, line, text: text("text") };
    case "COMPLETION":
      return { kind, line, prompt: text("prompt"), completion: text("completion") };
    case "MESSAGES":
      return { kind, line, messages: messagesOf(fields, invalid) };
    case "CHOICES":
      if (fields.has("question") && fields.has("prompt")) throw invalid("with question and prompt", "one of both");
      return { kind, line, prompt: text(fields.has("prompt") ? "prompt" : "question"), ...choicesOf(fields, invalid) };
    case "TOKENS":
      return { kind, line, ...tokensOf(fields, invalid) };
  }
}

/** Returns the kinds whose members an item has. `choices` decides for itself, since its other members may be of any kind. */
function kindsOf(fields: Fields): EvaluationItem["kind"][] {
  const others = KINDS.filter((kind) => kind !== "CHOICES");
  const isOf = (kind: EvaluationItem["kind"], except: readonly string[]) =>
    MEMBERS[kind].some((name) => fields.has(name) && !except.includes(name));
  if (!fields.has("choices")) return others.filter((kind) => isOf(kind, []));
  return ["CHOICES", ...others.filter((kind) => isOf(kind, MEMBERS.CHOICES))];
}

type Invalid = (received: string, allowed: string) => Error;

function messagesOf(fields: Fields, invalid: Invalid): Message[] {
  // A template writes tools into the system message. Rankscope does not give it any.
  const tools = fields.get("tools") ?? [];
  if (!Array.isArray(tools) || tools.length > 0) throw invalid("with tools", "messages without tools");
  const messages = fields.get("messages");
  if (!Array.isArray(messages) || messages.length === 0) throw invalid("with messages that are no list", "a list");
  if (messages.length > MAX_MESSAGES) throw invalid(`with ${messages.length} messages`, `${MAX_MESSAGES} messages`);
  const allowed = "messages with a role and a content, both texts";
  return messages.map((message: unknown, i) => {
    const { role, content } = (message ?? {}) as Partial<Message>;
    if (typeof role !== "string" || typeof content !== "string")
      throw invalid(`with message ${i + 1} otherwise`, allowed);
    return { ...(message as Message), role, content };
  });
}

function choicesOf(
  fields: Fields,
  invalid: Invalid,
): { readonly choices: readonly string[]; readonly answer: number | null } {
  const choices = fields.get("choices");
  const isText = (choice: unknown) => typeof choice === "string" && choice.trim() !== "";
  if (!Array.isArray(choices) || choices.length < 2 || choices.length > MAX_CHOICES || !choices.every(isText)) {
    throw invalid("with choices otherwise", `choices as a list of 2 to ${MAX_CHOICES} texts that are not blank`);
  }
  const answer = fields.get("answer") ?? null;
  if (answer === null) return { choices: choices as string[], answer };
  const isIndex = typeof answer === "number" && Number.isInteger(answer) && answer >= 0 && answer < choices.length;
  if (isIndex) return { choices: choices as string[], answer };
  throw invalid(
    `with answer ${quoteText(JSON.stringify(answer))}`,
    `the index of the right choice, 0 to ${choices.length - 1}`,
  );
}

function tokensOf(fields: Fields, invalid: Invalid): { readonly ids: Int32Array; readonly labels: Int32Array | null } {
  const ids = integers(fields.get("input_ids"));
  if (ids === undefined || ids.some((id) => id < 0)) {
    throw invalid("with input_ids otherwise", "input_ids as a list of integers from 0 to 2147483647");
  }
  const given = fields.get("labels");
  if (given === undefined || given === null) return { ids, labels: null };
  const labels = integers(given);
  if (labels === undefined) throw invalid("with labels otherwise", "labels as a list of integers");
  if (labels.length !== ids.length) {
    throw invalid(`with ${ids.length} input_ids and ${labels.length} labels`, "as many labels as input_ids");
  }
  const wrong = labels.findIndex((label, i) => label !== UNSCORED_LABEL && label !== ids[i]);
  if (wrong !== -1) {
    const received = `with label ${labels[wrong]} at the token ${ids[wrong]}, position ${wrong}`;
    throw invalid(received, `the token itself, or ${UNSCORED_LABEL} where it is not scored; labels are not shifted`);
  }
  return { ids, labels };
}

/** Returns undefined for anything but a list of 32-bit integers. */
function integers(value: unknown): Int32Array | undefined {
  const list = integerList(value);
  return list && Int32Array.from(list);
}
