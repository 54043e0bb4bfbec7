import { failure } from "../../errors.js";
import type { EncodedItem } from "../../model/evaluation-items.js";
import { largest } from "../../model/extremes.js";
import { groupByLength } from "../models/token-batch.js";
import { indexOfLargest } from "./compare-distributions.js";
import {
  concatenate,
  requirePositions,
  runOptions,
  type Measured,
  type MeasureOptions,
  type ModelRun,
} from "./model-run.js";

export interface GenerationOptions extends Omit<MeasureOptions, "batchTokens"> {
  /** Maximum number of tokens after the prompt. It is less where the model's positions end. */
  readonly newTokens: number;
  /** Tokens that end a continuation, which includes them: `eos_token_id` of transformers. */
  readonly stopTokens?: readonly number[] | undefined;
  /** Maximum number of prompts that are continued together. 16 by default. */
  readonly batch?: number | undefined;
  /** Maximum tokens of the prompts and continuations of a batch, which bounds its cache. 8,192 by default. */
  readonly cachedTokens?: number | undefined;
}

/** More sequences than this decode no faster on a CPU. */
const BATCH = 16;
const CACHED_TOKENS = 8_192;

/** A prompt that is being continued. */
interface Continuation {
  readonly position: number;
  readonly prompt: Int32Array;
  readonly tokens: number[];
  /** Maximum number of tokens. */
  readonly limit: number;
}

/**
 * Yields the greedy continuation of each item's prompt, batch by batch: short prompts first. The next token is the most probable
 * one, the lowest id of equal ones, as `generate(do_sample=False)` of transformers. A prompt without tokens, or as long as the
 * model's positions, has no continuation.
 *
 * @throws TOKENS_INVALID, MODEL_TOO_LARGE, LOGITS_NOT_FINITE, and the signal's reason if it is aborted
 */
export async function* measureGenerations(
  run: ModelRun,
  items: readonly EncodedItem[],
  options: GenerationOptions,
): AsyncGenerator<Measured<"GENERATION">> {
  const { positions } = run.model.config;
  const waiting: Continuation[] = items.map((item, position) => {
    const { prompt } = item;
    requirePositions(item, prompt, run.model);
    const room = prompt.length === 0 ? 0 : positions - prompt.length;
    return { position, prompt, tokens: [], limit: Math.min(options.newTokens, room) };
  });
  const stops = new Set(options.stopTokens);
  for (const group of groupByLength(waiting.map(endOf), options.cachedTokens ?? CACHED_TOKENS)) {
    const size = options.batch ?? BATCH;
    for (let first = 0; first < group.length; first += size) {
      const batch = group.slice(first, first + size).map((index) => waiting[index] as Continuation);
      await complete(run, batch, stops, options);
      for (const { position, prompt, tokens } of batch) {
        yield { position, promptTokens: prompt.length, tokens: Int32Array.from(tokens) };
      }
    }
  }
}

/** The length that a continued prompt can reach. */
function endOf({ prompt, limit }: Continuation): { readonly length: number } {
  return { length: prompt.length + limit };
}

/**
 * Continues the prompts of a batch to their ends. Once half of them have ended, or the longest has no position left, the others
 * run anew from their tokens so far, which takes one step.
 */
async function complete(
  run: ModelRun,
  batch: readonly Continuation[],
  stops: ReadonlySet<number>,
  options: GenerationOptions,
): Promise<void> {
  const { vocabularySize, positions } = run.model.config;
  const isOpen = ({ tokens, limit }: Continuation) => tokens.length < limit && !stops.has(tokens.at(-1) ?? -1);
  for (let active = batch.filter(isOpen); active.length > 0; active = active.filter(isOpen)) {
    const sequences = active.map(({ prompt, tokens }) => concatenate(prompt, tokens));
    let longest = largest(sequences.map(({ length }) => length));
    let state = await run.model.prefill(sequences, runOptions(run, options));
    try {
      for (;;) {
        const next = active.map((continuation, row) => {
          const token = mostProbable(state.logits, row, vocabularySize);
          if (isOpen(continuation)) continuation.tokens.push(token);
          return token;
        });
        longest += 1;
        if (active.filter(isOpen).length <= active.length / 2 || longest > positions) break;
        state = await state.append(next);
      }
    } finally {
      // The state that is not continued keeps its cache on a GPU.
      state.release();
    }
  }
}

/** @throws LOGITS_NOT_FINITE */
function mostProbable(logits: Float32Array, row: number, size: number): number {
  const index = indexOfLargest(logits, row * size, size);
  if (!Number.isFinite(logits[index])) {
    throw failure("LOGITS_NOT_FINITE", { received: String(logits[index]), allowed: "finite logits" });
  }
  return index - row * size;
}
