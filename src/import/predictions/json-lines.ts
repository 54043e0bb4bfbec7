import { failure } from "../../errors.js";
import { openFile, type OpenFile } from "../../files/open-file.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { MAX_PREDICTION_FILE_BYTES, MAX_PREDICTION_LINE_BYTES } from "../limits.js";

const CHUNK_BYTES = 2 ** 20;
const NEWLINE = 0x0a;

/** One JSON value of a file. */
export interface JsonLine {
  readonly value: unknown;
  /** Line number, from 1. */
  readonly line: number;
}

/**
 * Reads a file with one JSON value per line, in chunks, and yields each value. Empty lines are skipped.
 *
 * @param path absolute, with links resolved
 * @param where name of the file in messages
 * @throws PREDICTIONS_INVALID for a line that is not JSON or too long; FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function* readJsonLines(path: string, where: string): AsyncGenerator<JsonLine> {
  const file = await openFile(path, where);
  try {
    yield* linesOf(file, where);
  } finally {
    await file.handle.close();
  }
}

async function* linesOf({ handle, size, requireUnchanged }: OpenFile, where: string): AsyncGenerator<JsonLine> {
  if (size > MAX_PREDICTION_FILE_BYTES) {
    const allowed = `${MAX_PREDICTION_FILE_BYTES} bytes`;
    throw failure("FILE_TOO_LARGE", { where, received: `${size} bytes`, allowed });
  }
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let line = 0;
  const take = (end: Buffer): JsonLine | undefined => {
    const bytes = Buffer.concat([...pending, end]);
    pending = [];
    pendingBytes = 0;
    line += 1;
    return parsed(bytes, line, where);
  };
  for (let position = 0; position < size;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - position));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1 && end < bytesRead; end = chunk.indexOf(NEWLINE, start)) {
      const value = take(chunk.subarray(start, end));
      start = end + 1;
      if (value !== undefined) yield value;
    }
    pending.push(chunk.subarray(start, bytesRead));
    pendingBytes += bytesRead - start;
    if (pendingBytes > MAX_PREDICTION_LINE_BYTES) throw tooLong(line + 1, where);
  }
  await requireUnchanged();
  const last = take(Buffer.alloc(0));
  if (last !== undefined) yield last;
}

/** Returns undefined for an empty line. @throws PREDICTIONS_INVALID */
function parsed(bytes: Buffer, line: number, where: string): JsonLine | undefined {
  if (bytes.length > MAX_PREDICTION_LINE_BYTES) throw tooLong(line, where);
  const text = bytes
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trim();
  if (text === "") return undefined;
  try {
    return { value: parsePythonJson(text), line };
  } catch (cause) {
    const received = `line ${line}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw failure("PREDICTIONS_INVALID", { where, received, allowed: "a JSON object per line", cause });
  }
}

function tooLong(line: number, where: string): Error {
  const allowed = `${MAX_PREDICTION_LINE_BYTES} bytes`;
  return failure("PREDICTIONS_INVALID", { where, received: `line ${line} is longer`, allowed });
}
