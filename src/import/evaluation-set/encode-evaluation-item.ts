import { failure } from "../../errors.js";
import type { EncodedAnswer, EncodedItem } from "../../model/evaluation-items.js";
import type { Message } from "../tokenizer/chat-template.js";
import type { Tokenizer } from "../tokenizer/open-tokenizer.js";
import { UNSCORED_LABEL, type EvaluationItem } from "./evaluation-item.js";

/** The part of a tokenizer that encodes items. */
type Encoder = Pick<Tokenizer, "encode" | "render">;

/**
 * Encodes an item. A prompt and its completion are encoded as one text. The scored tokens begin with the first one that differs
 * from those of the prompt alone, so that a token with characters of both is scored (lm-evaluation-harness and TRL take the
 * prompt's number of tokens; both agree where no token has characters of both).
 *
 * @param where name of the file in messages
 * @throws EVALUATION_SET_INVALID for messages whose template writes the beginning differently when others follow, or
 *   without an answer to a message before it; TOKENIZER_INVALID, CHAT_TEMPLATE_INVALID
 */
export async function encodeEvaluationItem(
  item: EvaluationItem,
  tokenizer: Encoder,
  where: string,
): Promise<EncodedItem> {
  switch (item.kind) {
    case "TEXT": {
      const ids = await tokenizer.encode(item.text);
      const prompt = await openEnded(item.text, ids, tokenizer);
      return encodedItem({ line: item.line, ids, prompt, choices: null }, (scored) => scored.fill(1));
    }
    case "COMPLETION": {
      const whole = await tokenizer.encode(item.prompt);
      const ids = await tokenizer.encode(item.prompt + item.completion);
      const prompt = await openEnded(item.prompt, whole, tokenizer);
      return encodedItem({ line: item.line, ids, prompt, choices: null }, (scored) =>
        scored.fill(1, commonLength(whole, ids)),
      );
    }
    case "CHOICES":
      return encodeChoices(item, tokenizer);
    case "MESSAGES":
      return encodeMessages(item.messages, item.line, tokenizer, where);
    case "TOKENS": {
      const { ids, labels } = item;
      const isScored = (position: number) => (labels === null || labels[position] !== UNSCORED_LABEL ? 1 : 0);
      const first = labels?.findIndex((label) => label !== UNSCORED_LABEL) ?? 0;
      const prompt = first > 0 ? ids.subarray(0, first) : ids;
      return encodedItem({ line: item.line, ids, prompt, choices: null }, (scored) =>
        scored.forEach((_, i) => (scored[i] = isScored(i))),
      );
    }
  }
}

function encodedItem(
  item: Pick<EncodedItem, "line" | "ids" | "prompt" | "choices">,
  mark: (scored: Uint8Array) => void,
): EncodedItem {
  const scored = new Uint8Array(item.ids.length);
  mark(scored);
  scored.fill(0, 0, 1);
  return { ...item, scored, scoredTokens: scored.reduce((sum, flag) => sum + flag, 0) };
}

/**
 * Encodes a question with each of its choices. As in lm-evaluation-harness (target_delimiter), one space stands between them,
 * unless there is white space already.
 */
async function encodeChoices(
  { line, prompt, choices, answer }: Extract<EvaluationItem, { kind: "CHOICES" }>,
  tokenizer: Encoder,
): Promise<EncodedItem> {
  const whole = await tokenizer.encode(prompt);
  const answers: EncodedAnswer[] = [];
  for (const choice of choices) {
    const isSpaced = prompt === "" || /\s$/u.test(prompt) || /^\s/u.test(choice);
    const ids = await tokenizer.encode(`${prompt}${isSpaced ? "" : " "}${choice}`);
    answers.push({ ids, start: Math.max(1, commonLength(whole, ids)), characters: Array.from(choice).length });
  }
  const right = answer === null ? undefined : answers[answer];
  const ids = right?.ids ?? whole;
  const encoded = { line, ids, prompt: await openEnded(prompt, whole, tokenizer), choices: { answers, right: answer } };
  return encodedItem(encoded, (scored) => scored.fill(1, right?.start ?? ids.length));
}

/** Returns the ids of a text without the special tokens that end it: a continuation follows them. */
async function openEnded(text: string, ids: Int32Array, tokenizer: Encoder): Promise<Int32Array> {
  const plain = await tokenizer.encode(text, false);
  if (plain.length === 0) return ids;
  for (let end = ids.length; end >= plain.length; end--) {
    const start = end - plain.length;
    if (plain.every((token, i) => ids[start + i] === token)) return ids.subarray(0, end);
  }
  return ids;
}

/**
 * Encodes a conversation as apply_chat_template of transformers does. What an assistant said begins where the template's prompt
 * for it ends, and ends with its message, the token that closes it included.
 */
async function encodeMessages(
  messages: readonly Message[],
  line: number,
  tokenizer: Encoder,
  where: string,
): Promise<EncodedItem> {
  const text = await tokenizer.render(messages, false);
  const ids = await encodePlain(text);
  const answers = messages.flatMap(({ role }, i) => (role === "assistant" ? [i] : []));
  if (answers.length === 0) throw invalid("messages without one of the assistant", "a conversation with an answer");
  if (answers[0] === 0) throw invalid("an answer as the first message", "a conversation that begins with a question");
  const question = await encodePlain(await tokenizer.render(messages.slice(0, answers.at(-1)), true));
  const spans: [number, number][] = [];
  for (const answer of answers) {
    const start = await positionAfter(messages.slice(0, answer), true);
    spans.push([start, await positionAfter(messages.slice(0, answer + 1), false)]);
  }
  return encodedItem({ line, ids, prompt: question, choices: null }, (scored) =>
    spans.forEach(([start, end]) => scored.fill(1, start, end)),
  );

  /** Returns the number of tokens of the conversation's beginning. */
  async function positionAfter(beginning: readonly Message[], addGenerationPrompt: boolean): Promise<number> {
    const part = await tokenizer.render(beginning, addGenerationPrompt);
    if (!text.startsWith(part)) {
      const received = `messages whose first ${beginning.length} the template writes differently when others follow`;
      throw invalid(received, "a template that only appends, or {prompt, completion}");
    }
    return part.length === text.length ? ids.length : commonLength(await encodePlain(part), ids);
  }

  /** The template writes the special tokens. */
  function encodePlain(part: string): Promise<Int32Array> {
    return tokenizer.encode(part, false);
  }

  function invalid(received: string, allowed: string): Error {
    return failure("EVALUATION_SET_INVALID", { where, received: `line ${line} with ${received}`, allowed });
  }
}

/** Returns the length of the longest common beginning. */
function commonLength(left: Int32Array, right: Int32Array): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) if (left[i] !== right[i]) return i;
  return length;
}
