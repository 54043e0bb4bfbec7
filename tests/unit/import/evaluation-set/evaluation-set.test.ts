import { realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { encodeEvaluationItem } from "#src/import/evaluation-set/encode-evaluation-item.js";
import { readEvaluationItems, summarizeEvaluationSet } from "#src/import/evaluation-set/read-evaluation-set.js";
import type { EncodedItem } from "#src/model/evaluation-items.js";
import type { Tokenizer } from "#src/import/tokenizer/open-tokenizer.js";
import { MAX_EVALUATION_ITEMS } from "#src/import/limits.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { openTokenizerFixture } from "../../../support/tokenizer-fixtures.js";

/** Writes a file, one value per line; a text stands as it is. */
async function fileOf(...lines: readonly unknown[]): Promise<string> {
  const file = path.join(realpathSync(await temporaryFolder()), "set.jsonl");
  writeFileSync(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return file;
}

async function encodeLines(tokenizer: Tokenizer, ...lines: readonly unknown[]): Promise<EncodedItem[]> {
  const encoded: EncodedItem[] = [];
  for await (const item of readEvaluationItems(await fileOf(...lines), "set.jsonl")) {
    encoded.push(await encodeEvaluationItem(item, tokenizer, "set.jsonl"));
  }
  return encoded;
}

/** Returns the text of each run of scored tokens. */
async function scoredTexts(tokenizer: Tokenizer, { ids, scored }: EncodedItem): Promise<string[]> {
  const runs: number[][] = [];
  scored.forEach((flag, i) => {
    if (flag === 1 && scored[i - 1] !== 1) runs.push([]);
    if (flag === 1) runs.at(-1)?.push(ids[i] as number);
  });
  return Promise.all(runs.map((run) => tokenizer.decode(Int32Array.from(run))));
}

const CONVERSATION = [
  { role: "user", content: "Who are you?" },
  { role: "assistant", content: "A model." },
  { role: "user", content: "And now?" },
  { role: "assistant", content: "Still one 😀" },
];

test("all tokens of a text are scored but the first, and only the completion after a prompt", async () => {
  const tokenizer = await openTokenizerFixture("gpt2");
  const items = [{ text: "The quick fox" }, { prompt: "The quick", completion: " fox jumps", id: 7 }, { text: "" }];
  const [text, completion, empty] = (await encodeLines(tokenizer, ...items)) as [EncodedItem, EncodedItem, EncodedItem];
  expect(text.ids).toEqual(await tokenizer.encode("The quick fox"));
  expect([...text.scored]).toEqual([0, ...Array<number>(text.ids.length - 1).fill(1)]);
  expect(text.scoredTokens).toBe(text.ids.length - 1);
  expect(await scoredTexts(tokenizer, completion)).toEqual([" fox jumps"]);
  expect(empty).toMatchObject({ line: 3, scoredTokens: 0 });
});

test("a token with characters of prompt and completion is scored, and a token that ends the prompt alone is not kept", async () => {
  const gpt2 = await openTokenizerFixture("gpt2");
  const whole = await gpt2.encode(" the");
  expect(whole).toHaveLength(1);
  const [merged] = await encodeLines(gpt2, { prompt: "dog th", completion: "e" });
  expect(await scoredTexts(gpt2, merged as EncodedItem)).toEqual([" the"]);
  const unigram = await openTokenizerFixture("unigram");
  const [ended] = await encodeLines(unigram, { prompt: "The quick", completion: " fox" });
  expect(await scoredTexts(unigram, ended as EncodedItem)).toEqual(["fox</s>"]);
});

test("what the assistant says is scored, with the token that closes it", async () => {
  const qwen = await openTokenizerFixture("qwen");
  const [chatml] = await encodeLines(qwen, { messages: CONVERSATION });
  expect(chatml?.ids).toEqual(await qwen.encode(await qwen.render(CONVERSATION, false), false));
  expect(await scoredTexts(qwen, chatml as EncodedItem)).toEqual(["A model.<|im_end|>\n", "Still one 😀<|im_end|>\n"]);
  const llama = await openTokenizerFixture("llama");
  const [mistral] = await encodeLines(llama, { messages: CONVERSATION });
  expect((await scoredTexts(llama, mistral as EncodedItem)).map((text) => text.trim())).toEqual([
    "A model.</s>",
    "Still one 😀</s>",
  ]);
});

test("tokens with a label are scored, and all of them without labels", async () => {
  const tokenizer = await openTokenizerFixture("gpt2");
  const input_ids = [5, 6, 7, 8];
  const [labelled, bare] = await encodeLines(tokenizer, { input_ids, labels: [5, -100, 7, -100] }, { input_ids });
  expect(labelled).toMatchObject({
    ids: Int32Array.from(input_ids),
    scored: Uint8Array.of(0, 0, 1, 0),
    scoredTokens: 1,
  });
  expect(bare?.scored).toEqual(Uint8Array.of(0, 1, 1, 1));
});

test("a question has the tokens of each choice, and those of the right one are scored", async () => {
  const tokenizer = await openTokenizerFixture("gpt2");
  const question = { question: "The sky is", choices: ["blue", "green 😀"] };
  const [told, untold] = (await encodeLines(tokenizer, { ...question, answer: 1 }, question)) as [
    EncodedItem,
    EncodedItem,
  ];
  const prompt = await tokenizer.encode("The sky is");
  const ids = await Promise.all(["The sky is blue", "The sky is green 😀"].map((text) => tokenizer.encode(text)));
  expect(told.choices).toEqual({
    right: 1,
    answers: [
      { ids: ids[0], start: prompt.length, characters: 4 },
      { ids: ids[1], start: prompt.length, characters: 7 },
    ],
  });
  expect(told.ids).toEqual(ids[1]);
  expect(await scoredTexts(tokenizer, told)).toEqual([" green 😀"]);
  expect(untold).toMatchObject({ ids: prompt, prompt, scoredTokens: 0, choices: { right: null } });
  const [spaced] = await encodeLines(tokenizer, { prompt: "The sky is ", choices: ["blue", " red"], answer: 0 });
  expect(spaced?.ids).toEqual(ids[0]);
});

test("the prompt of an item is what a continuation follows", async () => {
  const gpt2 = await openTokenizerFixture("gpt2");
  const [text, merged, bare, labelled] = await encodeLines(
    gpt2,
    { text: "The quick fox" },
    { prompt: "dog th", completion: "e" },
    { input_ids: [5, 6, 7] },
    { input_ids: [5, 6, 7], labels: [-100, -100, 7] },
  );
  expect(text?.prompt).toEqual(text?.ids);
  expect(merged?.prompt).toEqual(await gpt2.encode("dog th"));
  expect([bare?.prompt, labelled?.prompt]).toEqual([Int32Array.of(5, 6, 7), Int32Array.of(5, 6)]);
  // The tokenizer ends texts with </s>, which no continuation follows.
  const unigram = await openTokenizerFixture("unigram");
  const [ended] = await encodeLines(unigram, { prompt: "The quick", completion: " fox" });
  expect(ended?.prompt).toEqual(await unigram.encode("The quick", false));
  const qwen = await openTokenizerFixture("qwen");
  const [conversation] = await encodeLines(qwen, { messages: CONVERSATION });
  expect(conversation?.prompt).toEqual(await qwen.encode(await qwen.render(CONVERSATION.slice(0, 3), true), false));
});

test("the hash depends on items and their order, and on nothing else", async () => {
  const summary = async (...lines: readonly unknown[]) => summarizeEvaluationSet(await fileOf(...lines), "set.jsonl");
  const items = [{ text: "a" }, { prompt: "b", completion: "cd" }, { messages: CONVERSATION }, { input_ids: [1, 2] }];
  const question = { question: "ef", choices: ["g", "hi"], answer: 1 };
  const first = await summary(...items);
  expect(first).toMatchObject({
    items: 4,
    kinds: { TEXT: 1, COMPLETION: 1, MESSAGES: 1, CHOICES: 0, TOKENS: 1 },
    characters: 4 + CONVERSATION.reduce((sum, { content }) => sum + content.length, 0),
    givenTokens: 2,
  });
  const turned = CONVERSATION.map(({ role, content }) => ({ content, role }));
  const same = await summary(
    '\uFEFF{ "id": 3, "text" : "\\u0061" }',
    "",
    '{"completion":"cd","prompt":"b"}\r',
    { messages: turned },
    items[3],
  );
  expect(same).toEqual(first);
  const hashes = await Promise.all([
    summary(items[1], items[0], items[2], items[3]),
    summary(items[0], { prompt: "bc", completion: "d" }, items[2], items[3]),
    summary(...items.slice(0, 3), { input_ids: [1, 2], labels: [1, 2] }),
    summary(question),
    summary({ ...question, answer: 0 }),
    summary({ ...question, choices: ["g", "h"] }),
  ]);
  expect(await summary({ prompt: "ef", choices: ["g", "hi"], answer: 1 })).toEqual(await summary(question));
  expect(new Set([first, ...hashes].map(({ hash }) => hash)).size).toBe(7);
});

test.each([
  ["{", "line 2: "],
  [[1], "line 2 with none of the known members"],
  [{}, "line 2 with none of the known members"],
  [{ text: "a", messages: [] }, "line 2 with text and messages"],
  [{ text: 3 }, "line 2 with text 3"],
  [{ prompt: "a" }, "line 2 with completion missing"],
  [{ prompt: [], completion: "a" }, "line 2 with prompt []"],
  [{ messages: [] }, "line 2 with messages that are no list"],
  [{ messages: [null] }, "line 2 with message 1"],
  [{ messages: [{ role: "user", content: ["a"] }] }, "line 2 with message 1"],
  [{ messages: CONVERSATION, tools: [{ name: "f" }] }, "line 2 with tools"],
  [{ labels: [1] }, "line 2 with input_ids"],
  [{ choices: ["a", "b"] }, "line 2 with question missing"],
  [{ question: "a", prompt: "b", choices: ["a", "b"] }, "line 2 with question and prompt"],
  [{ question: "a", choices: ["a", "b"], completion: "c" }, "line 2 with choices and question and completion"],
  [{ question: "a", choices: ["b"] }, "line 2 with choices otherwise"],
  [{ question: "a", choices: ["b", " "] }, "line 2 with choices otherwise"],
  [{ question: "a", choices: ["b", "c"], answer: 2 }, "line 2 with answer 2"],
  [{ question: "a", choices: ["b", "c"], answer: "B" }, 'line 2 with answer "B"'],
  [{ input_ids: [1, -1] }, "line 2 with input_ids"],
  [{ input_ids: [1.5] }, "line 2 with input_ids"],
  [{ input_ids: [2 ** 31] }, "line 2 with input_ids"],
  [{ input_ids: [1, 2], labels: [1] }, "line 2 with 2 input_ids and 1 labels"],
  [{ input_ids: [1, 2], labels: [2, -100] }, "line 2 with label 2 at the token 1, position 0"],
])("the line %j is refused", async (line, message) => {
  const file = await fileOf({ text: "good" }, line);
  const read = summarizeEvaluationSet(file, "set.jsonl");
  await expect(read).rejects.toMatchObject({ code: "EVALUATION_SET_INVALID" });
  await expect(read).rejects.toThrow(message);
});

test("a file without items and a line that is too long are refused", async () => {
  await expect(summarizeEvaluationSet(await fileOf("", " "), "set.jsonl")).rejects.toThrow("no items");
  const long = await fileOf({ text: "a".repeat(5 * 2 ** 20) });
  await expect(summarizeEvaluationSet(long, "set.jsonl")).rejects.toThrow("line 1 is longer");
});

test("a file of two million lines is refused at the first item beyond the maximum", async () => {
  const file = await fileOf();
  writeFileSync(file, '{"text":"a"}\n'.repeat(2_000_001));
  await expect(summarizeEvaluationSet(file, "set.jsonl")).rejects.toThrow(String(MAX_EVALUATION_ITEMS));
});

test("conversations whose scored tokens are unknown are refused", async () => {
  const tokenizer = await openTokenizerFixture("qwen");
  const encode = (messages: unknown) => encodeLines(tokenizer, { messages });
  await expect(encode(CONVERSATION.slice(0, 1))).rejects.toThrow("line 1 with messages without one of the assistant");
  await expect(encode(CONVERSATION.slice(1))).rejects.toThrow("an answer as the first message");
  const rewriting: Pick<Tokenizer, "encode" | "render"> = {
    encode: (text, special) => tokenizer.encode(text, special),
    render: (messages) => Promise.resolve(`${messages.length} messages`),
  };
  const item = { kind: "MESSAGES", line: 9, messages: CONVERSATION } as const;
  await expect(encodeEvaluationItem(item, rewriting, "set.jsonl")).rejects.toThrow(
    "line 9 with messages whose first 1",
  );
});
