import { z } from "zod";
import { failure } from "../../errors.js";
import type { SeriesRecord } from "../../model/records.js";
import { readTextFile } from "../folder/read-bounded.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { MAX_TRAINER_STATE_BYTES } from "../limits.js";
import type { RunEvidence, TrainingLog } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** trainer_state.json of the Hugging Face Trainer. */
export const TRAINER_STATE: ResultFormat<RunEvidence> = {
  name: "trainer_state.json",
  gives: ["trainingLog"],
  recognises: (fileName) => fileName === "trainer_state.json",
  async read({ path, where }) {
    return [{ kind: "trainingLog", log: await readTrainerState(path, where) }];
  },
};

const LogEntry = z.looseObject({ step: z.number().int().min(0) });
const State = z.object({
  global_step: z.number().int().min(0),
  max_steps: z.number().int().nullish(),
  log_history: z.array(LogEntry),
});

/** Keys of a log entry that give its time, not a value. */
const TIME_KEYS = new Set(["step", "epoch"]);

/**
 * Reads the curves: one for each number that the Trainer logged. NaN and Infinity, as Python writes them, are kept.
 *
 * @throws TRAINER_STATE_INVALID, FILE_UNREADABLE, FILE_TOO_LARGE
 */
export async function readTrainerState(path: string, where: string): Promise<TrainingLog> {
  const state = parseState(await readTextFile(path, where, MAX_TRAINER_STATE_BYTES), where);
  const { global_step: globalStep, max_steps: maxSteps = null } = state;
  const summary = new Map<string, number>();
  const curves = new Map<string, Map<number, number>>();
  for (const entry of state.log_history) {
    const isSummary = "train_runtime" in entry || "train_loss" in entry;
    for (const [name, value] of loggedNumbers(entry)) {
      if (isSummary) {
        summary.set(name, value);
        continue;
      }
      const curve = curves.get(name) ?? new Map<number, number>();
      // A resumed run logs a step again. The later value is the one that training continued from.
      curves.set(name, curve.set(entry.step, value));
    }
  }
  return {
    globalStep,
    // The Trainer writes -1 if the run is limited by epochs.
    maxSteps: maxSteps !== null && maxSteps > 0 ? maxSteps : null,
    series: [...curves].map(([name, curve]) => seriesOf(name, curve)),
    summary,
  };
}

function parseState(text: string, where: string): z.infer<typeof State> {
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch (cause) {
    throw failure("TRAINER_STATE_INVALID", { where, received: (cause as Error).message, allowed: "JSON", cause });
  }
  const parsed = State.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") || "the file";
  throw failure("TRAINER_STATE_INVALID", { where: `${where}, ${field}`, received: issue?.message });
}

function loggedNumbers(entry: z.infer<typeof LogEntry>): [string, number][] {
  return Object.entries(entry).filter((logged): logged is [string, number] => {
    const [name, value] = logged;
    return typeof value === "number" && !TIME_KEYS.has(name);
  });
}

function seriesOf(name: string, curve: ReadonlyMap<number, number>): SeriesRecord {
  const points = [...curve].sort(([left], [right]) => left - right);
  return {
    name,
    steps: points.map(([step]) => step),
    values: points.map(([, value]) => value),
  };
}
