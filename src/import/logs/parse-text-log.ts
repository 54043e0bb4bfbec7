import { RunLogBuilder } from "./run-log-builder.js";
import type { RunLog } from "./run-log.js";

/** A longer line is no log line of these tools. The expressions below then take no more than this length. */
const MAX_LINE_CHARACTERS = 4000;

/** Colours and styles of a terminal, which a log keeps if the tool was told to use them. */
const TERMINAL_STYLE = /\x1b\[[\d;]*m/g;

/** Reads one line of a tool's log. Returns whether the line has the tool's form. */
type LineReader = (line: string, builder: RunLogBuilder) => boolean;

const READERS: readonly LineReader[] = [readTorchtuneLine, readMlxLine, readMlxTableLine];

/**
 * Reads the log lines of torchtune and of MLX-LM from a text that may contain anything else. Returns null if it has none of them.
 *
 * torchtune: `Step 10 | loss:2.5 lr:2e-05`. MLX-LM before 0.32: `Iter 10: Train loss 2.5, Learning Rate 1e-05, ...`; from 0.32 on,
 * a table with a line per report: iteration, loss with an arrow, tokens per second, trained tokens.
 *
 * @throws RUN_LOG_INVALID above a limit
 */
export function parseTextLog(log: string, where: string): RunLog | null {
  const builder = new RunLogBuilder(where, "RUN_LOG_INVALID");
  for (const line of log.split("\n")) {
    if (line.length > MAX_LINE_CHARACTERS) continue;
    const text = line.replace(TERMINAL_STYLE, "").trim();
    READERS.some((read) => read(text, builder));
  }
  return builder.isEmpty ? null : builder.build(null);
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
