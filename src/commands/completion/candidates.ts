import type { Argument, Command, Option } from "commander";

/** A word that can complete the command line. */
interface Candidate {
  readonly word: string;
  /** Description; empty where there is none. */
  readonly meaning: string;
}

/** Returns the words of the store that begin with `prefix`. */
export type StoredWords = (kind: "study" | "study or run", prefix: string) => Promise<readonly string[]>;

/** Kind of stored word for each argument, by the argument's name in the help. */
const STORED_KINDS: Readonly<Record<string, "study" | "study or run">> = {
  slug: "study",
  "job-or-slug": "study",
  "slug-or-run": "study or run",
  run: "study or run",
};

/**
 * Returns the candidates for the last word. `words` are the words after the program's name; the last may be empty. Commands, options
 * and choices come from the program's definition.
 */
export async function candidates(
  program: Command,
  words: readonly string[],
  storedWords: StoredWords,
): Promise<Candidate[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const matching = (all: readonly Candidate[]) => all.filter(({ word }) => word.startsWith(current));
  const command = program.commands.find((one) => one.name() === before[0]);
  if (before.length === 0) return matching(current.startsWith("-") ? optionsOf(program, []) : commandsOf(program));
  if (before[0] === "help" && before.length === 1) return matching(commandsOf(program));
  if (command === undefined) return [];
  const option = optionBefore(command, before);
  if (option !== undefined) return matching(withoutMeaning(option.argChoices ?? []));
  if (current.startsWith("-")) return matching(optionsOf(command, before));
  const argument = argumentAt(command, before.slice(1));
  if (argument?.argChoices !== undefined) return matching(withoutMeaning(argument.argChoices));
  const kind = STORED_KINDS[argument?.name() ?? ""];
  return kind === undefined ? [] : withoutMeaning(await storedWords(kind, current));
}

const withoutMeaning = (words: readonly string[]) => words.map((word) => ({ word, meaning: "" }));

function commandsOf(program: Command): Candidate[] {
  const visible = program.createHelp().visibleCommands(program);
  return visible.map((command) => ({ word: command.name(), meaning: command.description() }));
}

function optionsOf(command: Command, before: readonly string[]): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long, variadic }) => long != null && (variadic || !before.includes(long)))
    .map(({ long, description }) => ({ word: long ?? "", meaning: description }));
}

/** Returns the option whose value the current word is; undefined where the word before is no option with a value. */
function optionBefore(command: Command, before: readonly string[]): Option | undefined {
  const last = before.at(-1);
  return command.options.find(({ long, short, required }) => required && (long === last || short === last));
}

/** Returns the argument that follows `words`; options and their values are not counted. */
function argumentAt(command: Command, words: readonly string[]): Argument | undefined {
  const operands = words.filter(
    (word, i) => !word.startsWith("-") && optionBefore(command, words.slice(0, i)) === undefined,
  );
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  return registeredArguments[operands.length] ?? (last?.variadic ? last : undefined);
}
