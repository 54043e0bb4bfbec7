import { readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Message } from "#src/import/tokenizer/chat-template.js";
import { openTokenizer, type Tokenizer, type TokenizerLimits } from "#src/import/tokenizer/open-tokenizer.js";
import { pathsBelow } from "#src/import/tensors/list-weights.js";

/** The tokenizers that scripts/reference/tokenizers.py wrote. */
const FOLDER = fileURLToPath(new URL("../fixtures/tokenizers", import.meta.url));
export const TOKENIZER_FIXTURES = ["gpt2", "llama", "qwen", "wordpiece", "unigram"] as const;
export type TokenizerFixture = (typeof TOKENIZER_FIXTURES)[number];

/** Results of transformers for texts, ids and conversations. */
export interface ExpectedTokens {
  readonly texts: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    /** Without the special tokens that are added by default. */
    readonly plain: readonly number[];
    /** The text of `ids`. */
    readonly decoded: string;
  }[];
  /** The text is `unit`, `times` times. */
  readonly long: { readonly unit: string; readonly times: number; readonly count: number; readonly sha256: string };
  readonly decoded: readonly { readonly ids: readonly number[]; readonly text: string }[];
  readonly chats: readonly {
    readonly messages: readonly Message[];
    readonly addGenerationPrompt: boolean;
    readonly text?: string;
    readonly error?: string;
  }[];
}

export function tokenizerFile(name: TokenizerFixture, file: string): unknown {
  return JSON.parse(readFileSync(path.join(FOLDER, name, file), "utf8"));
}

/** Opens the tokenizer of a fixture for the duration of a test. */
export function openTokenizerFixture(name: TokenizerFixture): Promise<Tokenizer> {
  return openTokenizerIn(path.join(FOLDER, name));
}

/** Opens the tokenizer in a folder for the duration of a test. */
export async function openTokenizerIn(folder: string, limits: TokenizerLimits = {}): Promise<Tokenizer> {
  const root = realpathSync(folder);
  const tokenizer = await openTokenizer({ folder: ".", names: readdirSync(root), pathOf: pathsBelow(root) }, limits);
  onTestFinished(() => tokenizer.close());
  return tokenizer;
}
