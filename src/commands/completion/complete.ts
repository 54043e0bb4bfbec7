import type { Command } from "commander";
import type { Config } from "../../config.js";
import { candidates } from "./candidates.js";
import { storedWordsOf } from "./stored-words.js";

/** Prints the candidates for the last word, one per line: the word, a tab and its meaning. Called by the completion scripts. */
export async function complete(program: Command, words: readonly string[], config: Config): Promise<void> {
  const matches = await candidates(program, words, storedWordsOf(config));
  const lines = matches.map(({ word, meaning }) => `${word}\t${meaning.split("\n")[0] ?? ""}\n`);
  // An open connection would keep the process alive and the shell waiting.
  process.stdout.write(lines.join(""), () => process.exit());
}
