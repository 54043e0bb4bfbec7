import type { Config } from "../config.js";
import type { Log } from "../log.js";

/** Configuration and log of the process; every command receives them. */
export interface Process {
  readonly config: Config;
  readonly log: Log;
}

/** Prints lines to standard output. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}
