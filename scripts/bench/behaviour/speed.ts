import type { LanguageModel } from "#src/compute/models/language-model-types.js";

/** The values that are measured of a model. */
export interface SpeedTask {
  /** Prompts of one run. */
  readonly batch: number;
  /** Tokens of each prompt. */
  readonly prompt: number;
  /** Tokens that are generated after each prompt. */
  readonly generated: number;
  /** Rounds, of which the best counts. */
  readonly rounds: number;
  /** `cpu` counts the processor time of the process, of all its threads: it says more than the time that passes on a busy machine. */
  readonly clock: "wall" | "cpu";
}

/** Tokens per second of the clock. */
export interface Speed {
  readonly prefill: number;
  readonly decode: number;
}

/** Measures a model: prompts up to the logits after their last token, and greedy generation after them. */
export async function measureSpeed(model: LanguageModel, task: SpeedTask): Promise<Speed> {
  const { batch, prompt, generated } = task;
  const { vocabularySize } = model.config;
  const prompts = Array.from({ length: batch }, (_, item) =>
    Array.from({ length: prompt }, (__, i) => 1 + ((item * 31 + i * 17) % (vocabularySize - 1))),
  );
  let [prefill, decode] = [Infinity, Infinity];
  for (let round = 0; round <= task.rounds; round++) {
    const start = now(task.clock);
    let state = await model.prefill(prompts);
    const filled = now(task.clock);
    for (let step = 0; step < generated; step++) state = await state.append(mostLikely(state.logits, batch));
    const end = now(task.clock);
    state.release();
    // The first round opens the sessions and compiles shaders.
    if (round === 0) continue;
    prefill = Math.min(prefill, filled - start);
    decode = Math.min(decode, end - filled);
  }
  return { prefill: (1000 * batch * prompt) / prefill, decode: (1000 * batch * generated) / decode };
}

/** Returns milliseconds. */
function now(clock: SpeedTask["clock"]): number {
  if (clock === "wall") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function mostLikely(logits: Float32Array, batch: number): number[] {
  const size = logits.length / batch;
  return Array.from({ length: batch }, (_, item) => {
    let best = item * size;
    for (let i = best; i < (item + 1) * size; i++) if ((logits[i] ?? 0) > (logits[best] ?? 0)) best = i;
    return best - item * size;
  });
}
