import type { Argument, Command, Option } from "commander";

/** What may follow on the command line: a word, and what it means where that is known. */
export interface Candidate {
  readonly word: string;
  readonly meaning: string;
}

/** Gives the words of the store that begin with `prefix`. */
export type StoredWords = (kind: "study" | "study or run", prefix: string) => Promise<readonly string[]>;

/** Arguments, by their names in the help, whose words are in the store. */
const STORED: Readonly<Record<string, "study" | "study or run">> = {
  slug: "study",
  "job-or-slug": "study",
  "slug-or-run": "study or run",
};

/**
 * The candidates for the last of `words`, which stand after the program's name; it may be empty. Commands, options and their
 * choices come from the program's own definition.
 */
export async function candidates(
  program: Command,
  words: readonly string[],
  storedWords: StoredWords,
): Promise<Candidate[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const fitting = (all: readonly Candidate[]) => all.filter(({ word }) => word.startsWith(current));
  const command = program.commands.find((one) => one.name() === before[0]);
  if (before.length === 0) return fitting(current.startsWith("-") ? optionsOf(program, []) : commandsOf(program));
  if (before[0] === "help" && before.length === 1) return fitting(commandsOf(program));
  if (command === undefined) return [];
  const option = optionBefore(command, before);
  if (option !== undefined) return fitting(plain(option.argChoices ?? []));
  if (current.startsWith("-")) return fitting(optionsOf(command, before));
  const argument = argumentAt(command, before.slice(1));
  if (argument?.argChoices !== undefined) return fitting(plain(argument.argChoices));
  const kind = STORED[argument?.name() ?? ""];
  return kind === undefined ? [] : plain(await storedWords(kind, current));
}

const plain = (words: readonly string[]) => words.map((word) => ({ word, meaning: "" }));

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

/** The option that the word before the current one begins and that needs a value. */
function optionBefore(command: Command, before: readonly string[]): Option | undefined {
  const last = before.at(-1);
  return command.options.find(({ long, short, required }) => required && (long === last || short === last));
}

/** The argument whose turn it is after `words`, options and their values left out. */
function argumentAt(command: Command, words: readonly string[]): Argument | undefined {
  const operands = words.filter(
    (word, i) => !word.startsWith("-") && optionBefore(command, words.slice(0, i)) === undefined,
  );
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  return registeredArguments[operands.length] ?? (last?.variadic ? last : undefined);
}
