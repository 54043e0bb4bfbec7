import type { Command } from "commander";
import type { Config } from "../../config.js";
import { candidates } from "./candidates.js";
import { storedWordsOf } from "./stored-words.js";

/** Prints the candidates for the last word, one a line: the word, a tab, and what it means. For the shells' scripts. */
export async function complete(program: Command, words: readonly string[], config: Config): Promise<void> {
  const found = await candidates(program, words, storedWordsOf(config));
  const lines = found.map(({ word, meaning }) => `${word}\t${meaning.split("\n")[0] ?? ""}\n`);
  // A connection that was given up must not keep the shell waiting.
  process.stdout.write(lines.join(""), () => process.exit());
}
