import path from "node:path";
import { Piscina } from "piscina";
import { failure, RankscopeError, type ErrorCode } from "../../errors.js";
import type { BaseModelFolder } from "../base-model/read-base-model.js";
import { quoteText } from "../findings.js";
import { TOKENIZER_LOAD_MILLISECONDS, TOKENIZER_TASK_MILLISECONDS, TOKENIZER_THREAD_MEGABYTES } from "../limits.js";
import type { Message } from "./chat-template.js";
import type { EncodeTask, Outcome, RenderTask, TokenizerFile, TokenizerFiles } from "./tokenizer-thread.js";

/** The tokenizer of a base model, on a thread of its own. Its tasks run one after another. */
export interface Tokenizer {
  readonly hasChatTemplate: boolean;
  /**
   * Returns the ids of a text. Special tokens written in the text become their ids.
   *
   * @param addSpecialTokens whether to add those that transformers adds by default for this tokenizer
   * @throws TOKENIZER_INVALID also where it takes too long
   */
  encode(text: string, addSpecialTokens?: boolean): Promise<Int32Array>;
  /** Returns the text of ids, special tokens included; "" for none. @throws TOKENIZER_INVALID */
  decode(ids: Int32Array): Promise<string>;
  /** Writes a conversation as the chat template says. @throws CHAT_TEMPLATE_INVALID also without one, or where it takes too long */
  render(messages: readonly Message[], addGenerationPrompt: boolean): Promise<string>;
  /** Ends the thread. */
  close(): Promise<void>;
}

/** Maxima that tests lower. */
export interface TokenizerLimits {
  readonly taskMilliseconds?: number;
  readonly threadMegabytes?: number;
}

const TOKENIZER = "tokenizer.json";
const CONFIG = "tokenizer_config.json";
const CHAT_TEMPLATE = "chat_template.jinja";

/**
 * Opens the tokenizer in the folder of a base model. The caller closes it.
 *
 * @throws TOKENIZER_INVALID, CHAT_TEMPLATE_INVALID, FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function openTokenizer(
  { folder, names, pathOf }: BaseModelFolder,
  limits: TokenizerLimits = {},
): Promise<Tokenizer> {
  const fileOf = (name: string): TokenizerFile | undefined => {
    const where = path.posix.join(folder, name);
    return names.includes(name) ? { path: pathOf(where), where } : undefined;
  };
  const tokenizer = fileOf(TOKENIZER);
  if (tokenizer === undefined) {
    throw failure("TOKENIZER_INVALID", {
      where: folder,
      received: `a folder without ${TOKENIZER}`,
      fix: "Save the tokenizer into the model's folder with AutoTokenizer.from_pretrained(...).save_pretrained.",
    });
  }
  return openFiles({ tokenizer, config: fileOf(CONFIG), chatTemplate: fileOf(CHAT_TEMPLATE) }, limits);
}

async function openFiles(files: TokenizerFiles, limits: TokenizerLimits): Promise<Tokenizer> {
  const { taskMilliseconds = TOKENIZER_TASK_MILLISECONDS, threadMegabytes = TOKENIZER_THREAD_MEGABYTES } = limits;
  const pool = new Piscina({
    filename: new URL("./tokenizer-thread.js", import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Infinity,
    workerData: files,
    resourceLimits: { maxOldGenerationSizeMb: threadMegabytes },
  });
  const tokenizerAt = { code: "TOKENIZER_INVALID", where: files.tokenizer.where } as const;
  const templateFile = files.chatTemplate ?? files.config ?? files.tokenizer;
  const templateAt = { code: "CHAT_TEMPLATE_INVALID", where: templateFile.where } as const;

  /** Runs a function of tokenizer-thread.ts. A thread that exceeds its time or memory ends; the next task starts another. */
  async function run<Result>(name: string, task: unknown, milliseconds: number, at: FailureSite): Promise<Result> {
    const signal = AbortSignal.timeout(milliseconds);
    const outcome = await (pool.run(task, { name, signal }) as Promise<Outcome<Result>>).catch((cause: unknown) => {
      throw threadFailure(cause, signal.aborted, { milliseconds, threadMegabytes, at });
    });
    if ("error" in outcome) throw failure(outcome.error.code, outcome.error.detail);
    return outcome.result;
  }

  // A task's time begins when the thread is free, so that each waits for the one before it.
  let last: Promise<unknown> = Promise.resolve();
  function runNext<Result>(name: string, task: unknown, at: FailureSite): Promise<Result> {
    const next = last.then(async () => {
      // A thread that replaces one that was ended loads the files first, which takes longer than a task may.
      await run("loadTask", undefined, TOKENIZER_LOAD_MILLISECONDS, tokenizerAt);
      return run<Result>(name, task, taskMilliseconds, at);
    });
    last = next.catch(() => undefined);
    return next;
  }

  try {
    const { hasChatTemplate } = await run<{ hasChatTemplate: boolean }>(
      "loadTask",
      undefined,
      TOKENIZER_LOAD_MILLISECONDS,
      tokenizerAt,
    );
    return {
      hasChatTemplate,
      encode: (text, addSpecialTokens = true) =>
        runNext("encodeTask", { text, addSpecialTokens } satisfies EncodeTask, tokenizerAt),
      decode: (ids) => runNext("decodeTask", ids, tokenizerAt),
      render: (messages, addGenerationPrompt) =>
        runNext("renderTask", { messages, addGenerationPrompt } satisfies RenderTask, templateAt),
      close: () => pool.destroy(),
    };
  } catch (error) {
    await pool.destroy();
    throw error;
  }
}

/** The error of a task that ended its thread, and the file that is to blame. */
interface FailureSite {
  readonly code: ErrorCode;
  readonly where: string;
}

interface ThreadBounds {
  readonly milliseconds: number;
  readonly threadMegabytes: number;
  readonly at: FailureSite;
}

function threadFailure(cause: unknown, isLate: boolean, { milliseconds, threadMegabytes, at }: ThreadBounds): unknown {
  if (cause instanceof RankscopeError) return cause;
  const { code, where } = at;
  if (isLate) {
    const received = `no result after ${milliseconds / 1000} s`;
    return failure(code, { where, received, allowed: `${milliseconds / 1000} s`, cause });
  }
  if ((cause as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY") {
    const received = "a text that needs more memory than allowed";
    return failure(code, { where, received, allowed: `${threadMegabytes} MB`, cause });
  }
  return failure(code, { where, received: quoteText((cause as Error).message), cause });
}
