import { Tensor } from "onnxruntime-node";
import { failure } from "../../errors.js";
import { largest } from "../../model/extremes.js";
import type { ModelAdapter, ModelConfig, ModelFiles } from "../../model/language-model.js";
import { prepareAdapter, type PreparedAdapter } from "./adapter-feeds.js";
import type { Decoding, LanguageModel, ModelOptions, RunOptions, Tokens } from "./language-model-types.js";
import { createLayerRunner, emptyCache, releaseCache, type Cache } from "./layer-runner.js";
import {
  chooseHolding,
  CHUNK_TOKENS,
  HEAD_BYTES,
  requireMemory,
  runBytes,
  SLICE_BYTES,
  weightBytes,
} from "./model-memory.js";
import { keepsOutputs, sessionOpener } from "./model-sessions.js";
import { createOutputHead } from "./output-head.js";
import { createStreamedRunner } from "./streamed-runner.js";
import { groupByLength, tokenChunk } from "./token-batch.js";

/** Opens a model. Its sessions are opened by the first run that needs them. @throws MODEL_TOO_LARGE */
export function openModel(options: ModelOptions): LanguageModel {
  const { config, files, maxBytes, chunkTokens = CHUNK_TOKENS, headBytes = HEAD_BYTES } = options;
  const { hiddenSize, vocabularySize } = config;
  const { provider, threads, precision = "float32" } = options;
  const weights = weightTensors(options.weights ?? new Map(), files);
  const headRows = Math.max(1, Math.floor(headBytes / 4 / vocabularySize));
  const replacedBytes = mapBytes(options.weights);
  const { runner, head, holding } = createParts(
    { ...options, chunkTokens, headBytes, replacedBytes },
    new Set(Object.keys(weights)),
  );
  const heldBytes = (tokens: number) => weightBytes({ config, files, holding, replacedBytes }, tokens);
  let base: Promise<PreparedAdapter> | undefined;

  const openOnCpu = sessionOpener({ files, provider: "cpu", threads });
  const prepare = (adapter: ModelAdapter) => prepareAdapter(adapter, { config, files, open: openOnCpu, weights });

  function requireFit(batch: number, total: number): void {
    // A GPU's memory is its own; a session that does not fit there does not open.
    if (provider !== "cpu") return;
    const size = { tokens: Math.min(chunkTokens, batch * total), cachedTokens: batch * total, total };
    const ofRun = runBytes(config, size, headRows * 4 * vocabularySize);
    requireMemory(heldBytes(size.tokens) + ofRun, maxBytes, `${total} tokens`);
  }

  /** Runs the layers on a batch in chunks. */
  async function* chunks(sequences: readonly Tokens[], run: RunOptions, keepsCache: boolean) {
    const longest = longestOf(sequences);
    requireFit(sequences.length, longest);
    const adapter = run.adapter ?? (await (base ??= prepare(new Map())));
    const inputs = run.weights === undefined ? weights : { ...weights, ...replaced(run.weights) };
    const step = Math.max(1, Math.floor(chunkTokens / sequences.length));
    let cache = emptyCache(config, sequences.length, precision);
    for (let start = 0; start < longest; start += step) {
      run.signal?.throwIfAborted();
      const chunk = tokenChunk(sequences, start, step);
      const keeps = keepsCache || start + step < longest;
      const result = await runner.run({ chunk, cache, adapter, weights: inputs, keepsCache: keeps });
      releaseCache(cache);
      cache = result.cache;
      yield { start, chunk, cache, hidden: result.hidden, adapter, inputs };
    }
  }

  function replaced(values: ReadonlyMap<string, Float32Array>): Record<string, Tensor> {
    const unknown = [...values.keys()].find((name) => !(name in weights));
    if (unknown !== undefined) throw new Error(`${unknown} is not among the model's replaceable weights.`);
    return weightTensors(values, files);
  }

  async function lossesAfter(
    hidden: Float32Array,
    targets: Tokens,
    { signal }: RunOptions = {},
  ): Promise<Float32Array> {
    const losses = new Float32Array(targets.length);
    for (let row = 0; row < targets.length; row += headRows) {
      signal?.throwIfAborted();
      const count = Math.min(headRows, targets.length - row);
      const part = hidden.subarray(row * hiddenSize, (row + count) * hiddenSize);
      losses.set(
        await head.losses(
          part,
          Array.from({ length: count }, (_, i) => targets[row + i] ?? 0),
        ),
        row,
      );
    }
    return losses;
  }

  /** Runs sequences in padded groups; `use` gets the hidden states of the tokens of one sequence from `start` on. */
  async function eachSequence(
    sequences: readonly Tokens[],
    run: RunOptions,
    use: (index: number, start: number, hidden: Float32Array) => Promise<void>,
  ): Promise<void> {
    requireTokens(sequences, config);
    for (const group of groupByLength(sequences, chunkTokens)) {
      const batch = group.map((index) => sequences[index] ?? []);
      for await (const { start, chunk, hidden } of chunks(batch, run, false)) {
        for (const [item, index] of group.entries()) {
          const count = Math.min(chunk.sequence, (batch[item]?.length ?? 0) - start);
          const first = item * chunk.sequence * hiddenSize;
          if (count > 0) await use(index, start, hidden.subarray(first, first + count * hiddenSize));
        }
      }
    }
  }

  return {
    config,
    holding,
    heldBytes: heldBytes(chunkTokens),
    prepareAdapter: prepare,
    async hiddenStates(sequences, run = {}) {
      const states = sequences.map(({ length }) => new Float32Array(length * hiddenSize));
      await eachSequence(sequences, run, async (index, start, hidden) => {
        states[index]?.set(hidden, start * hiddenSize);
        await Promise.resolve();
      });
      return states;
    },
    headRows,
    logitsAfter: (hidden) => head.logits(hidden),
    lossesAfter,
    async *logits(sequence, run = {}) {
      requireTokens([sequence], config);
      for await (const { start, hidden } of chunks([sequence], run, false)) {
        const rows = hidden.length / hiddenSize;
        for (let row = 0; row < rows; row += headRows) {
          run.signal?.throwIfAborted();
          const part = hidden.subarray(row * hiddenSize, (row + headRows) * hiddenSize);
          yield { start: start + row, logits: await head.logits(part) };
        }
      }
    },
    async tokenLosses(sequences, run = {}) {
      const losses = sequences.map(({ length }) => new Float32Array(Math.max(0, length - 1)));
      await eachSequence(sequences, run, async (index, start, hidden) => {
        const sequence = sequences[index] ?? [];
        const rows = Math.min(hidden.length / hiddenSize, sequence.length - 1 - start);
        const targets = Array.from({ length: rows }, (_, row) => sequence[start + row + 1] ?? 0);
        losses[index]?.set(await lossesAfter(hidden.subarray(0, rows * hiddenSize), targets, run), start);
      });
      return losses;
    },
    async prefill(prompts, run = {}) {
      requireTokens(prompts, config);
      const last = new Float32Array(prompts.length * hiddenSize);
      let state: Awaited<ReturnType<typeof firstState>> | undefined;
      for await (const result of chunks(prompts, run, true)) {
        prompts.forEach((prompt, item) => {
          const row = prompt.length - 1 - result.start;
          if (row < 0 || row >= result.chunk.sequence) return;
          const first = (item * result.chunk.sequence + row) * hiddenSize;
          last.set(result.hidden.subarray(first, first + hiddenSize), item * hiddenSize);
        });
        state = firstState(result);
      }
      if (state === undefined) throw failure("TOKENS_INVALID", { received: "no prompt", allowed: "at least one" });
      return decoding(
        state,
        prompts.map(({ length }) => length),
        last,
        run,
      );
    },
    async close() {
      await runner.close();
      await head.close();
    },
  };

  /** The state that decoding continues with. */
  function firstState({ cache, adapter, inputs }: { cache: Cache; adapter: PreparedAdapter; inputs: typeof weights }) {
    return { cache, adapter, weights: inputs };
  }

  async function decoding(
    state: ReturnType<typeof firstState>,
    lengths: readonly number[],
    hidden: Float32Array,
    run: RunOptions,
  ): Promise<Decoding> {
    let isContinued = false;
    return {
      logits: await head.logits(hidden),
      release: () => releaseCache(state.cache),
      async append(tokens) {
        run.signal?.throwIfAborted();
        if (isContinued) throw new Error("These sequences are continued already.");
        const sequences = Array.from({ length: lengths.length }, (_, item) => [tokens[item] ?? -1]);
        const longest = largest(lengths) + 1;
        requireTokens(sequences, config);
        if (longest > config.positions) throw tooLong(longest, config, "the continued sequence");
        requireFit(sequences.length, longest);
        const chunk = tokenChunk(sequences, 0, 1, lengths);
        isContinued = true;
        const result = await runner.run({ ...state, chunk, keepsCache: true });
        releaseCache(state.cache);
        const longer = lengths.map((length) => length + 1);
        return decoding({ ...state, cache: result.cache }, longer, result.hidden, run);
      },
    };
  }
}

/** Creates what runs the layers and the output matrix, in the fastest way that the memory allows. */
function createParts(
  options: ModelOptions & { readonly chunkTokens: number; readonly headBytes: number; readonly replacedBytes: number },
  inputTensors: ReadonlySet<string>,
) {
  const { config, files, provider, threads, maxBytes, precision = "float32" } = options;
  if (provider === "cpu" && precision !== "float32") throw new Error("The CPU provider computes in float32.");
  const chosen = options.holding ?? chooseHolding(options, maxBytes);
  const holding = provider === "cpu" ? chosen : "HELD";
  const open = sessionOpener({ files, provider, threads, copiesWeights: holding === "PACKED" });
  const isStreamed = holding === "STREAMED";
  const runner = (isStreamed ? createStreamedRunner : createLayerRunner)({
    config,
    files,
    inputTensors,
    precision,
    open,
    keepsOutputs: keepsOutputs(provider),
  });
  const onDevice = provider !== "cpu";
  const sliceBytes = isStreamed ? SLICE_BYTES : undefined;
  return { runner, head: createOutputHead({ config, files, open, precision, onDevice, sliceBytes }), holding };
}

/** Bytes of weights that replace those of the files. */
function mapBytes(weights: ModelOptions["weights"]): number {
  return [...(weights?.values() ?? [])].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function longestOf(sequences: readonly Tokens[]): number {
  return largest([0, ...sequences.map(({ length }) => length)]);
}

/** @throws TOKENS_INVALID */
function requireTokens(sequences: readonly Tokens[], config: ModelConfig): void {
  sequences.forEach((tokens, item) => {
    const where = `sequence ${item}`;
    if (tokens.length === 0) throw failure("TOKENS_INVALID", { where, received: "no token", allowed: "at least one" });
    if (tokens.length > config.positions) throw tooLong(tokens.length, config, where);
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at] ?? -1;
      if (Number.isInteger(token) && token >= 0 && token < config.vocabularySize) continue;
      const allowed = `0 to ${config.vocabularySize - 1}`;
      throw failure("TOKENS_INVALID", { where: `${where}, token ${at}`, received: String(token), allowed });
    }
  });
}

function tooLong(length: number, { positions }: ModelConfig, where: string): Error {
  return failure("TOKENS_INVALID", { where, received: `${length} tokens`, allowed: `at most ${positions}` });
}

function weightTensors(values: ReadonlyMap<string, Float32Array>, files: ModelFiles): Record<string, Tensor> {
  const entries = [...values].map(([name, data]) => [
    name,
    new Tensor("float32", data, files.tensors.get(name)?.shape ?? []),
  ]);
  return Object.fromEntries(entries) as Record<string, Tensor>;
}
