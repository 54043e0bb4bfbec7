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

const Step = z.number().int().min(0);
const State = z.object({
  global_step: Step,
  max_steps: z.number().int().nullish(),
  log_history: z.array(z.unknown()),
});
const LoggedState = z.object({ log_history: z.array(z.object({ step: Step })) });

interface LogEntry {
  readonly step: number;
  readonly [name: string]: unknown;
}

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
    for (const name in entry) {
      const value = entry[name];
      if (typeof value !== "number" || TIME_KEYS.has(name)) continue;
      if (isSummary) {
        summary.set(name, value);
        continue;
      }
      let curve = curves.get(name);
      if (curve === undefined) curves.set(name, (curve = new Map<number, number>()));
      // A resumed run logs a step again. The later value is the one that training continued from.
      curve.set(entry.step, value);
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

function parseState(text: string, where: string): z.infer<typeof State> & { readonly log_history: LogEntry[] } {
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch (cause) {
    throw failure("TRAINER_STATE_INVALID", { where, received: (cause as Error).message, allowed: "JSON", cause });
  }
  const parsed = State.safeParse(json);
  if (!parsed.success) throw invalid(parsed.error, where);
  const { log_history: history, ...state } = parsed.data;
  if (history.every(isLogEntry)) return { ...state, log_history: history };
  throw invalid(LoggedState.safeParse(json).error, where);
}

/** Checks a log entry as its schema does, which also copies it. That would take longer than all else that is done with it. */
function isLogEntry(entry: unknown): entry is LogEntry {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return false;
  const { step } = entry as Partial<LogEntry>;
  return Number.isSafeInteger(step) && Number(step) >= 0;
}

function invalid(error: z.ZodError | undefined, where: string): Error {
  const issue = error?.issues[0];
  const field = issue?.path.join(".") || "the file";
  return failure("TRAINER_STATE_INVALID", { where: `${where}, ${field}`, received: issue?.message });
}

function seriesOf(name: string, curve: ReadonlyMap<number, number>): SeriesRecord {
  const points = [...curve].sort(([left], [right]) => left - right);
  return {
    name,
    steps: points.map(([step]) => step),
    values: points.map(([, value]) => value),
  };
}
