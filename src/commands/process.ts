import { readFileSync } from "node:fs";
import type { Config } from "../config.js";
import type { Log } from "../log.js";
import { visibleLine, visibleText } from "../model/visible-text.js";

/** Configuration and log of the process; every command receives them. */
export interface Process {
  readonly config: Config;
  readonly log: Log;
}

/** Prints lines to standard output. Characters that a terminal obeys or hides are shown as escapes. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${visibleText(line)}\n`).join(""));
}

/** Prints a line to standard error as `print` does, without newlines of the stored text in it. */
export function note(line: string): void {
  process.stderr.write(`${visibleLine(line)}\n`);
}

/** Returns the version in package.json. The relative path is the same from src/ and from dist/. */
export function packageVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
