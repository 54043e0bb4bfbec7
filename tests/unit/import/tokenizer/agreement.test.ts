import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createChatTemplate } from "#src/import/tokenizer/chat-template.js";
import { createTokenizer } from "#src/import/tokenizer/tokenizer.js";
import { TOKENIZER_FIXTURES, tokenizerFile, type ExpectedTokens } from "../../../support/tokenizer-fixtures.js";

describe.each(TOKENIZER_FIXTURES)("%s agrees with transformers", (name) => {
  const config = tokenizerFile(name, "tokenizer_config.json") as Record<string, unknown>;
  const tokenizer = createTokenizer(tokenizerFile(name, "tokenizer.json"), config, "tokenizer.json");
  const expected = tokenizerFile(name, "expected.json") as ExpectedTokens;

  test.each(expected.texts)("on the text $text", ({ text, ids, plain, decoded }) => {
    expect([...tokenizer.encode(text, true)]).toEqual(ids);
    expect([...tokenizer.encode(text, false)]).toEqual(plain);
    expect(tokenizer.decode(Int32Array.from(ids))).toBe(decoded);
  });

  test("on a long text", () => {
    const { unit, times, count, sha256 } = expected.long;
    const ids = tokenizer.encode(unit.repeat(times), true);
    expect(ids).toHaveLength(count);
    expect(createHash("sha256").update(ids).digest("hex")).toBe(sha256);
  });

  test("on ids that no text has", () => {
    expect(expected.decoded.length).toBeGreaterThan(20);
    for (const { ids, text } of expected.decoded) expect(tokenizer.decode(Int32Array.from(ids))).toBe(text);
  });

  test.runIf(expected.chats.length > 0)("on conversations", () => {
    const template = createChatTemplate(undefined, config, "tokenizer_config.json");
    for (const { messages, addGenerationPrompt, text, error } of expected.chats) {
      const render = () => template?.render(messages, addGenerationPrompt);
      if (error === undefined) expect(render()).toBe(text);
      else expect(render).toThrow(error);
    }
  });
});
