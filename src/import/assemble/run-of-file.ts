import path from "node:path";
import { parentFolder } from "../folder/save-folder.js";
import { partsOfRunPath } from "../formats/run-log-evidence.js";
import type { RunReading } from "./read-run.js";

/** Returns the run in whose folder a file lies; undefined if no run's folder contains it. The innermost of several is returned. */
export function runAbove(file: string, runs: readonly RunReading[]): RunReading | undefined {
  const folderOfRun = new Map(
    runs.flatMap((run) => [run.folder, ...(run.evaluationFolders ?? [])].map((folder) => [folder, run] as const)),
  );
  for (let folder = parentFolder(file); folder !== ""; folder = parentFolder(folder)) {
    const run = folderOfRun.get(folder);
    if (run !== undefined) return run;
  }
  // A study whose folder is itself the run has no other.
  return runs.length === 1 ? folderOfRun.get("") : undefined;
}

/**
 * Returns the paths that may name the run of a file, the most specific first: its own without the extension, and each of its folders.
 * lm-evaluation-harness writes `__` in the place of slashes.
 */
export function pathsOfFile(file: string): string[] {
  const paths = [file.replace(/\.[^./]+$/, "")];
  for (let folder = parentFolder(file); folder !== ""; folder = parentFolder(folder)) paths.push(folder);
  return paths.map((one) => one.replaceAll("__", "/"));
}

/**
 * Returns the name of the run that a path names: the one that the path ends with, else the longest that occurs in its last part,
 * such as `4bit_r8` in `models/4bit_r8-Q4_K_M.gguf`. Undefined if it names none.
 */
export function nameInPath(text: string, names: readonly string[]): string | undefined {
  const parts = partsOfRunPath(text);
  const ending = longest(names.filter((name) => endsWith(parts, name.split("/"))));
  if (ending !== undefined) return ending;
  const last = parts.at(-1) ?? "";
  return longest(names.filter((name) => isDistinctive(name) && containsWord(last, path.posix.basename(name))));
}

/** Names such as `lora` occur in the names of other things. */
function isDistinctive(name: string): boolean {
  return name.length >= 4 && /\d/.test(name);
}

function endsWith(parts: readonly string[], ending: readonly string[]): boolean {
  return ending.length <= parts.length && ending.every((part, i) => parts[parts.length - ending.length + i] === part);
}

function containsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const isWord = !/[a-z0-9]/i.test(text.charAt(at - 1)) && !/[a-z0-9]/i.test(text.charAt(at + word.length));
    if (isWord) return true;
  }
  return false;
}

/** Returns the longest name; undefined if there is none, or if two are equally long. */
function longest(names: readonly string[]): string | undefined {
  const [first, second] = [...names].sort((left, right) => right.length - left.length);
  return first !== undefined && first.length === second?.length ? undefined : first;
}
