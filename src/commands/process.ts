import { readFileSync } from "node:fs";
import type { Config } from "../config.js";
import type { Log } from "../log.js";
import { visibleLine, visibleText } from "../model/visible-text.js";

/** Configuration and log of the process; every command receives them. */
export interface Process {
  readonly config: Config;
  readonly log: Log;
}

/**
 * Lets a command end quietly when its output is closed early, as by `head`: what it still prints is dropped. Any other error of the
 * output is thrown. May be called for each command of a process.
 */
export function allowClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.off("error", ignoreClosedOutput);
    stream.on("error", ignoreClosedOutput);
  }
}

function ignoreClosedOutput(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** Prints lines to standard output. Newlines in a line, and characters that a terminal obeys or hides, become escapes. */
export function print(...lines: readonly string[]): void {
  printLines(lines);
}

/** Prints any number of lines as `print` does. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${visibleLine(line)}\n`).join(""));
}

/** Prints a document of several lines, such as JSON or Markdown, to standard output. Its newlines stay. */
export function printDocument(text: string): void {
  process.stdout.write(`${visibleText(text)}\n`);
}

/** Prints a line to standard error as `print` does. */
export function note(line: string): void {
  process.stderr.write(`${visibleLine(line)}\n`);
}

/** Returns the version in package.json. The relative path is the same from src/ and from dist/. */
export function packageVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
