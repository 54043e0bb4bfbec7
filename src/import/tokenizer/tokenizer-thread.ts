/** The entry point of a tokenizer's thread: expressions and templates of files that nobody trusts can loop or fill the memory. */

import { workerData } from "piscina";
import { failure, RankscopeError } from "../../errors.js";
import { quoteText } from "../findings.js";
import { readTextFile } from "../folder/read-bounded.js";
import { parseJson } from "../json/parse-json.js";
import { MAX_CHAT_TEMPLATE_CHARACTERS, MAX_TOKENIZER_BYTES, MAX_TOKENIZER_CONFIG_BYTES } from "../limits.js";
import { createChatTemplate, type ChatTemplate, type Message } from "./chat-template.js";
import { createTokenizer, type SyncTokenizer } from "./tokenizer.js";

/** A file of a tokenizer. */
export interface TokenizerFile {
  /** Absolute, with links resolved. */
  readonly path: string;
  /** Name of the file in messages. */
  readonly where: string;
}

export interface TokenizerFiles {
  readonly tokenizer: TokenizerFile;
  /** tokenizer_config.json. */
  readonly config: TokenizerFile | undefined;
  /** chat_template.jinja. */
  readonly chatTemplate: TokenizerFile | undefined;
}

/** Thrown errors of the catalogue lose their class on the way from a thread, so that they are returned. */
export type Outcome<Result> = { readonly result: Result } | { readonly error: Pick<RankscopeError, "code" | "detail"> };

export interface EncodeTask {
  readonly text: string;
  readonly addSpecialTokens: boolean;
}

export interface RenderTask {
  readonly messages: readonly Message[];
  readonly addGenerationPrompt: boolean;
}

interface Loaded {
  readonly tokenizer: SyncTokenizer;
  readonly chatTemplate: ChatTemplate | undefined;
}

let loaded: Promise<Loaded> | undefined;

/** Loads the files; tells whether they have a chat template. */
export function loadTask(): Promise<Outcome<{ readonly hasChatTemplate: boolean }>> {
  return outcomeOf(({ chatTemplate }) => ({ hasChatTemplate: chatTemplate !== undefined }));
}

export function encodeTask({ text, addSpecialTokens }: EncodeTask): Promise<Outcome<Int32Array>> {
  return outcomeOf(({ tokenizer }) => tokenizer.encode(text, addSpecialTokens));
}

export function decodeTask(ids: Int32Array): Promise<Outcome<string>> {
  return outcomeOf(({ tokenizer }) => tokenizer.decode(ids));
}

export function renderTask({ messages, addGenerationPrompt }: RenderTask): Promise<Outcome<string>> {
  return outcomeOf(({ chatTemplate }) => {
    if (chatTemplate !== undefined) return chatTemplate.render(messages, addGenerationPrompt);
    const { tokenizer, config } = workerData as TokenizerFiles;
    throw failure("CHAT_TEMPLATE_INVALID", {
      where: (config ?? tokenizer).where,
      received: "a tokenizer without a chat template",
    });
  });
}

async function outcomeOf<Result>(use: (loaded: Loaded) => Result): Promise<Outcome<Result>> {
  try {
    loaded ??= load(workerData as TokenizerFiles);
    return { result: use(await loaded) };
  } catch (error) {
    if (!(error instanceof RankscopeError)) throw error;
    const { where, received, allowed, fix } = error.detail;
    return { error: { code: error.code, detail: { where, received, allowed, fix } } };
  }
}

async function load({ tokenizer, config, chatTemplate }: TokenizerFiles): Promise<Loaded> {
  const settings = config === undefined ? {} : await readJson(config, MAX_TOKENIZER_CONFIG_BYTES);
  if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
    throw failure("TOKENIZER_INVALID", { where: config?.where, received: "no object", allowed: "a JSON object" });
  }
  const members = settings as Readonly<Record<string, unknown>>;
  const template =
    chatTemplate && (await readTextFile(chatTemplate.path, chatTemplate.where, 4 * MAX_CHAT_TEMPLATE_CHARACTERS));
  return {
    tokenizer: createTokenizer(await readJson(tokenizer, MAX_TOKENIZER_BYTES), members, tokenizer.where),
    chatTemplate: createChatTemplate(template, members, (chatTemplate ?? config ?? tokenizer).where),
  };
}

/** @throws TOKENIZER_INVALID, FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED */
async function readJson({ path, where }: TokenizerFile, maxBytes: number): Promise<unknown> {
  const text = await readTextFile(path, where, maxBytes);
  try {
    return parseJson(text);
  } catch (cause) {
    const received = quoteText((cause as Error).message);
    throw failure("TOKENIZER_INVALID", { where, received, allowed: "JSON", cause });
  }
}
