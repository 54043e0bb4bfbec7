import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import {
  openTokenizerFixture,
  openTokenizerIn,
  tokenizerFile,
  type ExpectedTokens,
} from "../../../support/tokenizer-fixtures.js";

const QWEN = fileURLToPath(new URL("../../../fixtures/tokenizers/qwen", import.meta.url));

/** Copies the Qwen fixture's tokenizer.json beside other files. */
async function folderWith(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await temporaryFolder();
  copyFileSync(path.join(QWEN, "tokenizer.json"), path.join(folder, "tokenizer.json"));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

const HELLO = [{ role: "user", content: "hello" }];

test("a tokenizer encodes, decodes and renders on its thread", async () => {
  const tokenizer = await openTokenizerFixture("llama");
  const { texts, chats } = tokenizerFile("llama", "expected.json") as ExpectedTokens;
  const encoded = await Promise.all(texts.map(({ text }) => tokenizer.encode(text)));
  expect(encoded.map((ids) => [...ids])).toEqual(texts.map(({ ids }) => ids));
  expect(await tokenizer.decode(Int32Array.from(texts[4]?.ids ?? []))).toBe(texts[4]?.decoded);
  expect(await tokenizer.decode(new Int32Array())).toBe("");
  expect(tokenizer.hasChatTemplate).toBe(true);
  expect(await tokenizer.render(chats[0]?.messages ?? [], false)).toBe(chats[0]?.text);
});

test("chat_template.jinja precedes the configuration's template, of which the default one is taken", async () => {
  const chat_template = [
    { name: "tools", template: "tools" },
    { name: "default", template: "default {{ eos_token }}" },
  ];
  const config = { chat_template, eos_token: { content: "<end>" } };
  const named = await openTokenizerIn(await folderWith({ "tokenizer_config.json": config }));
  expect(await named.render(HELLO, false)).toBe("default <end>");
  const file = { "tokenizer_config.json": config, "chat_template.jinja": "file {{ messages[0].content }}" };
  expect(await (await openTokenizerIn(await folderWith(file))).render(HELLO, false)).toBe("file hello");
});

test("a template has no clock, so that equal conversations have equal tokens", async () => {
  const template = "{% if strftime_now is defined %}{{ strftime_now('%Y') }}{% else %}none{% endif %}";
  const tokenizer = await openTokenizerIn(await folderWith({ "chat_template.jinja": template }));
  expect(await tokenizer.render(HELLO, false)).toBe("none");
});

test("a template reaches nothing outside the conversation", async () => {
  const template = "{{ messages.constructor.constructor('return process')().pid }}";
  const tokenizer = await openTokenizerIn(await folderWith({ "chat_template.jinja": template }));
  await expect(tokenizer.render(HELLO, false)).rejects.toMatchObject({ code: "CHAT_TEMPLATE_INVALID" });
});

test("a template that never ends is stopped, and the tokenizer works on", async () => {
  const loop = "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}";
  const tokenizer = await openTokenizerIn(await folderWith({ "chat_template.jinja": loop }), { taskMilliseconds: 500 });
  await expect(tokenizer.render(HELLO, false)).rejects.toThrow("no result after 0.5 s");
  expect(await tokenizer.decode(await tokenizer.encode("hello"))).toBe("hello");
});

test("a template that fills the memory is stopped, and the tokenizer works on", async () => {
  const growth =
    "{% set state = namespace(list=[1]) %}{% for i in range(40) %}{% set state.list = state.list + state.list %}{% endfor %}";
  const tokenizer = await openTokenizerIn(await folderWith({ "chat_template.jinja": growth }), { threadMegabytes: 64 });
  await expect(tokenizer.render(HELLO, false)).rejects.toMatchObject({ code: "CHAT_TEMPLATE_INVALID" });
  expect(await tokenizer.decode(await tokenizer.encode("hello"))).toBe("hello");
});

test("an expression of tokenizer.json that backtracks without end is stopped", async () => {
  const content = tokenizerFile("qwen", "tokenizer.json") as object;
  const pre_tokenizer = { type: "Split", pattern: { Regex: "(a+)+b" }, behavior: "Isolated", invert: false };
  const folder = await folderWith({ "tokenizer.json": { ...content, pre_tokenizer } });
  const tokenizer = await openTokenizerIn(folder, { taskMilliseconds: 500 });
  await expect(tokenizer.encode("a".repeat(60))).rejects.toMatchObject({ code: "TOKENIZER_INVALID" });
});

test.each([
  ["{", "TOKENIZER_INVALID"],
  [[], "TOKENIZER_INVALID"],
  [{ model: null }, "TOKENIZER_INVALID"],
  [{ model: { type: "Novel", vocab: {} } }, "TOKENIZER_INVALID"],
  [{ model: { type: "BPE", vocab: {}, merges: [] }, added_tokens: 3 }, "TOKENIZER_INVALID"],
  [{ model: { type: "BPE", vocab: {}, merges: [] }, normalizer: { type: "Novel" } }, "TOKENIZER_INVALID"],
])("tokenizer.json with %j is refused", async (content, code) => {
  const folder = await folderWith({ "tokenizer.json": content });
  await expect(openTokenizerIn(folder)).rejects.toMatchObject({ code });
});

test("a folder without tokenizer.json, and a tokenizer without template, say what to do", async () => {
  await expect(openTokenizerIn(await temporaryFolder())).rejects.toThrow("save_pretrained");
  const tokenizer = await openTokenizerIn(await folderWith({}));
  expect(tokenizer.hasChatTemplate).toBe(false);
  await expect(tokenizer.render(HELLO, true)).rejects.toThrow("without a chat template");
});
