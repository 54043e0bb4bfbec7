import { Tokenizer, type Decoder } from "@huggingface/tokenizers";
import { failure } from "../../errors.js";
import { quoteText } from "../findings.js";

/** Converts texts into token ids and back, as transformers does with the same files. */
export interface SyncTokenizer {
  /**
   * Returns the ids of a text. Special tokens written in the text become their ids.
   *
   * @param addSpecialTokens whether to add those that the tokenizer's post-processor adds, such as a token for the beginning
   * @throws TOKENIZER_INVALID for a text with a character that the vocabulary cannot express
   */
  encode(text: string, addSpecialTokens: boolean): Int32Array<ArrayBuffer>;
  /** Returns the text of ids, special tokens included. Ids beyond the vocabulary are left out, as transformers does. */
  decode(ids: Int32Array): string;
}

/**
 * Builds a tokenizer. Truncation and padding that its file states are not applied, as transformers applies them only on request.
 *
 * @param content of tokenizer.json
 * @param config content of tokenizer_config.json; empty if there is none
 * @param where name of tokenizer.json in messages
 * @throws TOKENIZER_INVALID
 */
export function createTokenizer(
  content: unknown,
  config: Readonly<Record<string, unknown>>,
  where: string,
): SyncTokenizer {
  const file = withDefaults(content, where);
  const unsupported = file.added_tokens.find((token) => token.single_word === true);
  if (unsupported !== undefined) {
    const received = `the added token ${quoteText(JSON.stringify(unsupported.content))} with single_word`;
    throw failure("TOKENIZER_INVALID", { where, received, allowed: "added tokens that match inside words" });
  }
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(file, config);
  } catch (cause) {
    throw failure("TOKENIZER_INVALID", { where, received: quoteText((cause as Error).message), cause });
  }
  decodeBytesAsRust(tokenizer.decoder);
  // BPE without an unknown token leaves out what it lacks. Other models fail.
  const leavesOutUnknown = file.model.type === "BPE";
  // transformers 5 cleans spaces only where the configuration says so; this library does by default.
  const clean_up_tokenization_spaces = config["clean_up_tokenization_spaces"] === true;
  return {
    encode(text, addSpecialTokens) {
      const { ids } = tokenizer.encode(text, { add_special_tokens: addSpecialTokens });
      const known = ids.filter((id) => id !== undefined);
      if (known.length < ids.length && !leavesOutUnknown) {
        const received = `${ids.length - known.length} tokens outside the vocabulary, which has no unknown token`;
        throw failure("TOKENIZER_INVALID", { where, received });
      }
      return Int32Array.from(known);
    },
    decode(ids) {
      const known = Array.from(ids).filter((id) => tokenizer.id_to_token(id) !== undefined);
      return known.length === 0 ? "" : tokenizer.decode(known, { clean_up_tokenization_spaces });
    },
  };
}

/** Models that are compared with transformers. */
const MODELS: readonly unknown[] = ["BPE", "WordPiece", "Unigram"];

interface TokenizerFile {
  readonly model: { readonly type?: unknown; readonly vocab?: unknown; readonly merges?: unknown };
  readonly added_tokens: readonly { readonly content?: unknown; readonly single_word?: unknown }[];
}

/** Gives the members that the library needs, and that files may omit, their defaults. @throws TOKENIZER_INVALID */
function withDefaults(content: unknown, where: string): TokenizerFile {
  const file = content as
    (Partial<Omit<TokenizerFile, "model">> & { readonly model?: TokenizerFile["model"] | null }) | null;
  if (typeof file !== "object" || file === null || typeof file.model !== "object" || file.model === null) {
    throw failure("TOKENIZER_INVALID", { where, received: "JSON without a model", allowed: "a tokenizer.json" });
  }
  const type = file.model.type ?? modelType(file.model);
  if (!MODELS.includes(type)) {
    const received = `a model of type ${quoteText(JSON.stringify(type))}`;
    throw failure("TOKENIZER_INVALID", { where, received, allowed: MODELS.join(", ") });
  }
  const added_tokens = file.added_tokens ?? [];
  if (!Array.isArray(added_tokens) || added_tokens.some((token) => typeof token !== "object" || token === null)) {
    throw failure("TOKENIZER_INVALID", { where, received: "added_tokens that are not a list of objects" });
  }
  const parts = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  return { ...parts, ...file, model: { ...file.model, type }, added_tokens };
}

/** Returns the type of a model of an old file, which does not name it. */
function modelType({ vocab, merges }: TokenizerFile["model"]): string {
  if (merges !== undefined) return "BPE";
  return Array.isArray(vocab) ? "Unigram" : "WordPiece";
}

/**
 * Makes byte tokens decode as in the Rust library (decoders/byte_fallback.rs): a run that is not UTF-8 becomes one U+FFFD for
 * each byte, and a byte order mark is kept.
 */
function decodeBytesAsRust(decoder: Decoder | null): void {
  if (decoder === null) return;
  decoder.decoders?.forEach(decodeBytesAsRust);
  if (decoder.config.type === "ByteFallback") decoder.text_decoder = new RunDecoder();
}

class RunDecoder extends TextDecoder {
  readonly #strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  override decode(bytes: Uint8Array): string {
    try {
      return this.#strict.decode(bytes);
    } catch {
      return "\uFFFD".repeat(bytes.length);
    }
  }
}
