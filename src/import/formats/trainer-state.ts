import { z } from "zod";
import { failure } from "../../errors.js";
import { MAX_TRAINER_STATE_BYTES } from "../limits.js";
import { readTextFile } from "../folder/read-text-file.js";
import type { SeriesRecord } from "../../model/records.js";
import { parseTolerantJson } from "../json/parse-python-json.js";

/** What a trainer_state.json of the HF Trainer says. */
export interface TrainerState {
  readonly globalStep: number;
  /** Where training was to end; null where it is not said. */
  readonly maxSteps: number | null;
  readonly series: readonly SeriesRecord[];
  /** The closing summary of a finished run: `train_loss`, `train_runtime`. */
  readonly summary: ReadonlyMap<string, number>;
}

const State = z.object({
  global_step: z.number().int().min(0),
  max_steps: z.number().int().nullish(),
  log_history: z.array(z.looseObject({ step: z.number().int().min(0) })),
});

/** Keys of a log entry that say when, not what. */
const WHEN = new Set(["step", "epoch"]);

/**
 * Reads the curves: one for each number that the Trainer logged. NaN and Infinity, which Python writes, are kept.
 *
 * @throws TRAINER_STATE_INVALID, FILE_UNREADABLE, FILE_TOO_LARGE
 */
export async function readTrainerState(path: string, where: string): Promise<TrainerState> {
  const text = await readTextFile(path, where, MAX_TRAINER_STATE_BYTES);
  let json: unknown;
  try {
    json = parseTolerantJson(text);
  } catch (cause) {
    throw failure("TRAINER_STATE_INVALID", { where, received: (cause as Error).message, allowed: "JSON", cause });
  }
  const parsed = State.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw failure("TRAINER_STATE_INVALID", {
      where: `${where}, ${issue?.path.join(".") || "the file"}`,
      received: issue?.message,
    });
  }
  const { global_step: globalStep, max_steps: maxSteps, log_history: history } = parsed.data;
  const summary = new Map<string, number>();
  const curves = new Map<string, Map<number, number>>();
  for (const entry of history) {
    const isSummary = "train_runtime" in entry;
    for (const [name, value] of Object.entries(entry)) {
      if (typeof value !== "number" || WHEN.has(name)) continue;
      if (isSummary) summary.set(name, value);
      else {
        const curve = curves.get(name) ?? new Map<number, number>();
        // A run that was resumed logs a step again: the later value is the one it went on from.
        curves.set(name, curve.set(entry.step, value));
      }
    }
  }
  const series = [...curves].map(([name, curve]) => {
    const points = [...curve].sort(([left], [right]) => left - right);
    return { name, steps: points.map(([step]) => step), values: points.map(([, value]) => value) };
  });
  return { globalStep, maxSteps: maxSteps != null && maxSteps > 0 ? maxSteps : null, series, summary };
}
