import { countOf } from "../../model/count-of.js";
import { RunLogBuilder } from "./run-log-builder.js";
import type { RunLog } from "./run-log.js";

/** A longer line is no log line of these tools. The expressions below then take no more than this length. */
const MAX_LINE_CHARACTERS = 4000;

/** Colours and styles of a terminal, which a log keeps if the tool was told to use them. */
const TERMINAL_STYLE = /\x1b\[[\d;]*m/g;

/** Reads one line of a tool's log. Returns whether the line has the tool's form. */
type LineReader = (line: string, builder: RunLogBuilder) => boolean;

const READERS: readonly LineReader[] = [readTorchtuneLine, readMlxLine, readMlxTableLine];

/** The step that a progress bar shows: `10/1000 [00:10<16:30`. */
const PROGRESS = /(\d{1,12})\/\d{1,12} \[[\d:?]{1,12}</g;
/** A line of the Hugging Face Trainer: a Python dict with the figures of one step. Newer versions print them as strings. */
const PRINTED_DICT = /\{'(?:loss|eval_\w{1,80}|train_\w{1,80}|grad_norm|learning_rate)': [^{}]{1,2000}\}/g;
const PRINTED_ENTRY = /'([\w/ -]{1,100})': '?([\d.e+-]{1,40}|nan|-?inf)'?(?=[,}])/g;

/**
 * Reads the log lines of torchtune, MLX-LM and the Hugging Face Trainer from a text that may contain anything else. Returns null if it has
 * none of them.
 *
 * torchtune: `Step 10 | loss:2.5 lr:2e-05`. MLX-LM before 0.32: `Iter 10: Train loss 2.5, Learning Rate 1e-05, ...`; from 0.32 on,
 * a table with a line per report: iteration, loss with an arrow, tokens per second, trained tokens.
 *
 * @throws RUN_LOG_INVALID above a limit
 */
export function parseTextLog(log: string, where: string): RunLog | null {
  const builder = new RunLogBuilder(where, "RUN_LOG_INVALID");
  const trainer: TrainerOutput = { step: null, withoutStep: 0 };
  // A progress bar writes over its line.
  for (const line of log.split(/[\r\n]/)) {
    if (line.length > MAX_LINE_CHARACTERS) continue;
    const text = line.replace(TERMINAL_STYLE, "").trim();
    if (!READERS.some((read) => read(text, builder))) readTrainerLine(text, builder, trainer);
  }
  if (builder.isEmpty) return null;
  const { withoutStep } = trainer;
  const entries = countOf(
    withoutStep,
    "entry of the Trainer has no step and was",
    "entries of the Trainer have no step and were",
  );
  return builder.build(withoutStep === 0 ? null : `${entries} left out, since the log has no progress bar`);
}

/** State of reading the Hugging Face Trainer's output. */
interface TrainerOutput {
  /** The step that the last progress bar showed; null without one. */
  step: number | null;
  /** Entries of figures whose step is unknown. */
  withoutStep: number;
}

/** Reads a line with the figures that the Trainer prints. They have no step: it is that of the progress bar before or in the line. */
function readTrainerLine(line: string, builder: RunLogBuilder, output: TrainerOutput): void {
  if (!line.includes("{'") && !line.includes("[")) return;
  const shown = [...line.matchAll(PROGRESS)].at(-1)?.[1];
  if (shown !== undefined && !isEvaluating(line)) output.step = Number(shown);
  for (const [dict] of line.matchAll(PRINTED_DICT)) {
    const figures = [...dict.matchAll(PRINTED_ENTRY)].map(([, name = "", text]) => [name, numberOf(text)] as const);
    const isClosing = figures.some(([name]) => name === "train_runtime" || name === "train_loss");
    if (!isClosing && output.step === null) output.withoutStep += 1;
    for (const [name, value] of figures) {
      if (value === undefined || name === "epoch") continue;
      if (isClosing) builder.addMetric(name, value);
      else if (output.step !== null) builder.addPoint(name, output.step, value, null);
      // The last evaluation is known without its step.
      else if (name.startsWith("eval_")) builder.addMetric(name, value);
    }
  }
}

/** Returns whether a line is only the progress of an evaluation, whose steps are batches. */
function isEvaluating(line: string): boolean {
  return /^evaluat|^predict/i.test(line);
}

function readTorchtuneLine(line: string, builder: RunLogBuilder): boolean {
  const [, stepText, values] = /^Step (\d{1,15}) \| (\S.*)$/.exec(line) ?? [];
  if (stepText === undefined || values === undefined) return false;
  for (const pair of values.split(" ")) {
    const colon = pair.lastIndexOf(":");
    const value = numberOf(pair.slice(colon + 1));
    if (colon > 0 && value !== undefined) builder.addPoint(pair.slice(0, colon), Number(stepText), value, null);
  }
  return true;
}

/** Names of MLX-LM's values, with the names that the Hugging Face Trainer gives them. */
const MLX_NAMES: ReadonlyMap<string, string> = new Map([
  ["Train loss", "loss"],
  ["Val loss", "eval_loss"],
  ["Learning Rate", "learning_rate"],
  ["It/sec", "iterations_per_second"],
  ["Tokens/sec", "tokens_per_second"],
  ["Trained Tokens", "num_input_tokens_seen"],
  ["Peak mem", "peak_memory_gb"],
]);

function readMlxLine(line: string, builder: RunLogBuilder): boolean {
  const [, stepText, values] = /^Iter (\d{1,15}): (\S.*)$/.exec(line) ?? [];
  if (stepText === undefined || values === undefined) return false;
  for (const part of values.split(", ")) {
    const [, label = "", number = ""] = /^([A-Z][A-Za-z/ ]*?) ([\d.e+-]+|nan|inf)(?: GB)?$/.exec(part) ?? [];
    const name = MLX_NAMES.get(label);
    const value = numberOf(number);
    if (name !== undefined && value !== undefined) builder.addPoint(name, Number(stepText), value, null);
  }
  return true;
}

function readMlxTableLine(line: string, builder: RunLogBuilder): boolean {
  const validation = /^(\d{1,15}) +val +(\d+\.\d+|nan|inf) +\d+\.\d+s$/.exec(line);
  const training = /^(\d{1,15}) +(\d+\.\d+|nan|inf) [▼▲] +([\d,]{1,20}) +(\d+\.\d+)k$/.exec(line);
  if (validation !== null) {
    builder.addPoint("eval_loss", Number(validation[1]), numberOf(validation[2]) ?? NaN, null);
  } else if (training !== null) {
    const step = Number(training[1]);
    builder.addPoint("loss", step, numberOf(training[2]) ?? NaN, null);
    builder.addPoint("tokens_per_second", step, Number(training[3]?.replaceAll(",", "")), null);
  }
  return validation !== null || training !== null;
}

/** Returns a number as Python prints it; undefined for any other text. */
function numberOf(text = ""): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i.test(text)) return Number(text);
  if (/^[+-]?nan$/i.test(text)) return NaN;
  if (/^[+-]?inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return undefined;
}
