import { failure } from "../../errors.js";
import { checkEvaluationSet } from "../../import/evaluation-set/describe-evaluation-set.js";
import { encodeEvaluationItem } from "../../import/evaluation-set/encode-evaluation-item.js";
import { readEvaluationItems } from "../../import/evaluation-set/read-evaluation-set.js";
import { openTokenizer, type Tokenizer } from "../../import/tokenizer/open-tokenizer.js";
import type { EncodedItem } from "../../model/evaluation-items.js";
import { MAX_MEASURED_TOKENS } from "../../model/behaviour-facts.js";
import { folderOf } from "./open-base-folder.js";
import type { TaskModel, TaskSet } from "./model-task.js";

/**
 * Reads and encodes the items of a set with the tokenizer of a base model. Items of token ids need none.
 *
 * @param known the items as they were encoded before; returned if the file is unchanged
 * @throws EVALUATION_SET_CHANGED, EVALUATION_SET_INVALID, also for a set of too many tokens; TOKENIZER_INVALID,
 *   CHAT_TEMPLATE_INVALID; the signal's reason
 */
export async function encodeSet(
  set: TaskSet,
  model: TaskModel,
  known: readonly EncodedItem[] | undefined,
  signal: AbortSignal,
): Promise<readonly EncodedItem[]> {
  await checkEvaluationSet(set, set.name);
  if (known !== undefined) return known;
  const encoded: EncodedItem[] = [];
  let tokens = 0;
  let tokenizer: Promise<Tokenizer> | undefined;
  const open = () => (tokenizer ??= openTokenizer(folderOf(model)));
  const encoder: Pick<Tokenizer, "encode" | "render"> = {
    encode: async (...text) => (await open()).encode(...text),
    render: async (...messages) => (await open()).render(...messages),
  };
  try {
    for await (const item of readEvaluationItems(set.path, set.name)) {
      signal.throwIfAborted();
      const one = await encodeEvaluationItem(item, encoder, set.name);
      tokens += one.ids.length;
      if (tokens > MAX_MEASURED_TOKENS) throw tooManyTokens(set.name);
      encoded.push(one);
    }
    return encoded;
  } finally {
    await (await tokenizer?.catch(() => undefined))?.close();
  }
}

function tooManyTokens(where: string): Error {
  return failure("EVALUATION_SET_INVALID", {
    where,
    received: `more than ${MAX_MEASURED_TOKENS.toLocaleString("en-US")} tokens`,
    allowed: `${MAX_MEASURED_TOKENS.toLocaleString("en-US")} tokens, whose values are kept one by one`,
    fix: "Register a sample of the items: intervals show how much it leaves open.",
  });
}
