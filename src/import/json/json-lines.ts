import { failure, type ErrorCode } from "../../errors.js";
import { openFile, type OpenFile } from "../../files/open-file.js";
import { parsePythonJson } from "./parse-python-json.js";

const CHUNK_BYTES = 2 ** 20;
const NEWLINE = 0x0a;

/** One JSON value of a file. */
export interface JsonLine {
  readonly value: unknown;
  /** Line number, from 1. */
  readonly line: number;
}

/** Limits of a file of JSON lines, and the error for a file that exceeds them. */
export interface JsonLinesRules {
  readonly code: ErrorCode;
  readonly maxFileBytes: number;
  readonly maxLineBytes: number;
}

/**
 * Reads a file with one JSON value per line, in chunks, and yields each value. Empty lines are skipped.
 *
 * @param path absolute, with links resolved
 * @param where name of the file in messages
 * @throws the rules' error for a line that is not JSON or too long; FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function* readJsonLines(path: string, where: string, rules: JsonLinesRules): AsyncGenerator<JsonLine> {
  const file = await openFile(path, where);
  try {
    yield* linesOf(file, where, rules);
  } finally {
    await file.handle.close();
  }
}

async function* linesOf(
  { handle, size, requireUnchanged }: OpenFile,
  where: string,
  rules: JsonLinesRules,
): AsyncGenerator<JsonLine> {
  if (size > rules.maxFileBytes) {
    const allowed = `${rules.maxFileBytes} bytes`;
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
    return parsed(bytes, line, where, rules);
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
    if (pendingBytes > rules.maxLineBytes) throw tooLong(line + 1, where, rules);
  }
  await requireUnchanged();
  const last = take(Buffer.alloc(0));
  if (last !== undefined) yield last;
}

/** Returns undefined for an empty line. @throws the rules' error */
function parsed(bytes: Buffer, line: number, where: string, rules: JsonLinesRules): JsonLine | undefined {
  if (bytes.length > rules.maxLineBytes) throw tooLong(line, where, rules);
  const text = bytes
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trim();
  if (text === "") return undefined;
  try {
    return { value: parsePythonJson(text), line };
  } catch (cause) {
    const received = `line ${line}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw failure(rules.code, { where, received, allowed: "a JSON object per line", cause });
  }
}

function tooLong(line: number, where: string, rules: JsonLinesRules): Error {
  const allowed = `${rules.maxLineBytes} bytes`;
  return failure(rules.code, { where, received: `line ${line} is longer`, allowed });
}
