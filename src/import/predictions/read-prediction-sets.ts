import { failure } from "../../errors.js";
import type { PredictionSetRecord, PredictionTexts, PredictionTool, StoredText } from "../../model/predictions.js";
import { fieldsOf } from "../evaluations/json-fields.js";
import { readJsonLines, type JsonLine, type JsonLinesRules } from "../json/json-lines.js";
import {
  MAX_LOGGED_NAME_CHARACTERS,
  MAX_PREDICTION_FILE_BYTES,
  MAX_PREDICTION_ITEMS,
  MAX_PREDICTION_LINE_BYTES,
  MAX_PREDICTION_SETS,
  MAX_PREDICTION_TEXT_CHARACTERS,
  MAX_PREDICTION_TOKENS,
} from "../limits.js";
import { storableText } from "../storable-text.js";
import { parseLmEvalSample } from "./parse-lm-eval-sample.js";
import { parseGeneratedPrediction, parseOwnPrediction } from "./parse-own-prediction.js";
import type { Prediction, PredictionParser } from "./prediction.js";
import { PredictionSetBuilder } from "./prediction-set-builder.js";

/** A file of predictions. */
export interface PredictionFile {
  readonly tool: PredictionTool;
  /** Absolute, with links resolved. */
  readonly path: string;
  /** Name of the file in messages. */
  readonly where: string;
  /** Task of items that name none. */
  readonly task: string;
}

const PARSERS: Readonly<Record<PredictionTool, PredictionParser>> = {
  "lm-evaluation-harness": parseLmEvalSample,
  "LLaMA-Factory": parseGeneratedPrediction,
  "predictions.jsonl": parseOwnPrediction,
};

const RULES: JsonLinesRules = {
  code: "PREDICTIONS_INVALID",
  maxFileBytes: MAX_PREDICTION_FILE_BYTES,
  maxLineBytes: MAX_PREDICTION_LINE_BYTES,
};

/**
 * Reads a file of predictions line by line. Returns one set for each task and filter, with hashes in the place of texts.
 *
 * @throws PREDICTIONS_INVALID; FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function readPredictionSets(file: PredictionFile): Promise<Omit<PredictionSetRecord, "source">[]> {
  const builders = new Map<string, PredictionSetBuilder>();
  let items = 0;
  let tokens = 0;
  for await (const line of readJsonLines(file.path, file.where, RULES)) {
    const prediction = predictionOf(line, file);
    items += 1;
    tokens += prediction.tokens?.length ?? 0;
    requireWithin(items, MAX_PREDICTION_ITEMS, "items", file);
    requireWithin(tokens, MAX_PREDICTION_TOKENS, "token ids", file);
    const key = keyOfSet(prediction, file);
    const builder = builders.get(key) ?? new PredictionSetBuilder(taskOf(prediction, file), prediction, file.where);
    builders.set(key, builder);
    requireWithin(builders.size, MAX_PREDICTION_SETS, "tasks and filters", file);
    builder.add(prediction);
  }
  return [...builders.values()].map((builder) => ({
    ...builder.build(),
    tool: file.tool,
    path: file.path,
    fileTask: file.task,
  }));
}

/**
 * Reads the texts of one set again, in the order of its items.
 *
 * @throws FILE_CHANGED if the file now has other items, and as `readPredictionSets` does
 */
export async function* readPredictionTexts(set: PredictionSetRecord): AsyncGenerator<PredictionTexts> {
  const file: PredictionFile = { tool: set.tool, path: set.path, where: set.source, task: set.fileTask };
  let builder: PredictionSetBuilder | undefined;
  for await (const line of readJsonLines(file.path, file.where, RULES)) {
    const prediction = predictionOf(line, file);
    const filter = prediction.filter === null ? null : storableText(prediction.filter);
    if (taskOf(prediction, file) !== set.task || filter !== set.filter) continue;
    builder ??= new PredictionSetBuilder(set.task, prediction, file.where);
    const number = builder.size;
    builder.add(prediction);
    yield {
      item: storableText(prediction.label ?? String(number)).slice(0, MAX_LOGGED_NAME_CHARACTERS),
      prompt: storedText(prediction.prompt),
      answer: storedText(prediction.answer),
      target: storedText(prediction.target),
    };
  }
  if (builder?.build().hash === set.hash) return;
  throw failure("FILE_CHANGED", { where: file.where, received: "other items than a moment ago" });
}

/** @throws PREDICTIONS_INVALID */
function predictionOf({ value, line }: JsonLine, { tool, where }: PredictionFile): Prediction {
  const prediction = PARSERS[tool](fieldsOf(value));
  if (prediction !== undefined) return prediction;
  throw failure("PREDICTIONS_INVALID", { where, received: `line ${line} without ${REQUIRED[tool]}` });
}

/** The members that a line must have. */
const REQUIRED: Readonly<Record<PredictionTool, string>> = {
  "lm-evaluation-harness": "doc_id and filtered_resps",
  "LLaMA-Factory": "predict",
  "predictions.jsonl": "id and prediction",
};

function taskOf({ task }: Prediction, file: PredictionFile): string {
  return storableText(task ?? file.task).slice(0, MAX_LOGGED_NAME_CHARACTERS);
}

function keyOfSet(prediction: Prediction, file: PredictionFile): string {
  return JSON.stringify([taskOf(prediction, file), prediction.filter]);
}

function storedText(text: string | null): StoredText | null {
  if (text === null) return null;
  return { text: storableText(text.slice(0, MAX_PREDICTION_TEXT_CHARACTERS)), characters: text.length };
}

function requireWithin(count: number, maximum: number, what: string, { where }: PredictionFile): void {
  if (count <= maximum) return;
  throw failure("PREDICTIONS_INVALID", { where, received: `more than ${maximum} ${what}`, allowed: `${maximum}` });
}
