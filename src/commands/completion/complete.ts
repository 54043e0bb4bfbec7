import type { Command } from "commander";
import type { Config } from "../../config.js";
import { candidates } from "./candidates.js";
import { storedWordsOf } from "./stored-words.js";

/** Prints the candidates for the last word, one per line: the word, a tab and its meaning. The shells' scripts call it. */
export async function complete(program: Command, words: readonly string[], config: Config): Promise<void> {
  const found = await candidates(program, words, storedWordsOf(config));
  const lines = found.map(({ word, meaning }) => `${word}\t${meaning.split("\n")[0] ?? ""}\n`);
  // A connection that is still open must not keep the shell waiting.
  process.stdout.write(lines.join(""), () => process.exit());
}
