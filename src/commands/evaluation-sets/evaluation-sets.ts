import path from "node:path";
import { failure } from "../../errors.js";
import { describeEvaluationSet } from "../../import/evaluation-set/describe-evaluation-set.js";
import { EVALUATION_SET_NAME } from "../../model/evaluation-sets.js";
import {
  listEvaluationSets,
  removeEvaluationSet,
  saveEvaluationSet,
  type EvaluationSetChange,
  type StoredEvaluationSet,
} from "../../store/evaluation-sets.js";
import { studiesBySlug } from "../../store/studies/studies.js";
import { thisActor } from "../os-user.js";
import { print, printDocument, printLines, type Process } from "../process.js";
import { countText } from "../terminal/cells.js";
import { screenOf } from "../terminal/screen.js";
import { number, table, text } from "../terminal/table.js";
import { allRows, withStore } from "../with-store.js";

export interface AddEvaluationSetOptions {
  /** Slugs of studies whose runs recorded their evaluation loss on these items. */
  readonly evalDataOf?: readonly string[];
  readonly json?: true;
}

const CHANGES: Readonly<Record<EvaluationSetChange, string>> = {
  NEW: "Registered",
  REPLACED: "Replaced the items of",
  SAME: "Already registered, with the same items:",
};

/** Reads a file of evaluation items and registers it under a name. Nothing is copied. */
export async function addEvaluationSet(
  command: Process,
  name: string,
  file: string,
  { evalDataOf = [], json }: AddEvaluationSetOptions,
): Promise<void> {
  if (!EVALUATION_SET_NAME.test(name)) {
    throw failure("ARGUMENT_INVALID", {
      where: "name",
      received: JSON.stringify(name.slice(0, 200)),
      allowed: "1 to 100 letters, digits, hyphens, dots and underscores, beginning with a letter or digit",
    });
  }
  const described = await describeEvaluationSet(path.resolve(command.config.directory, file), file);
  await withStore(command, "evaluation sets", async (database) => {
    const known = new Set((await studiesBySlug(database, evalDataOf)).map(({ slug }) => slug));
    const unknown = evalDataOf.find((slug) => !known.has(slug));
    if (unknown !== undefined) throw failure("STUDY_NOT_FOUND", { where: "--eval-data-of", received: unknown });
    const record = { ...described, name, ownDataOf: evalDataOf };
    const { id, change } = await saveEvaluationSet(database, record, thisActor());
    if (json === true) {
      printDocument(JSON.stringify({ id, change, ...record }, null, 2));
      return;
    }
    const { items, characters, givenTokens } = record;
    const sizes = [
      `${countText(items)} items`,
      ...(characters > 0 ? [`${countText(characters)} characters`] : []),
      ...(givenTokens > 0 ? [`${countText(givenTokens)} tokens`] : []),
    ];
    print(`${CHANGES[change]} ${name}: ${sizes.join(", ")}.`, `id ${id}, SHA-256 ${record.hash}`);
  });
}

/** Lists all registered evaluation sets. */
export async function listSets(command: Process, { json }: { readonly json?: true }): Promise<void> {
  await withStore(command, "evaluation sets", async (database) => {
    const sets = await allRows((page) => listEvaluationSets(database, page));
    if (json === true) printDocument(JSON.stringify(sets, null, 2));
    else if (sets.length === 0) {
      print("No evaluation set is registered. Register one with rankscope evalset add NAME FILE.");
    } else printLines(table(COLUMNS, sets.map(rowOf), screenOf(process.stdout, command.config)));
  });
}

/** Removes the registration of one set, by its name. @throws EVALUATION_SET_NOT_FOUND */
export async function removeSet(command: Process, name: string): Promise<void> {
  await withStore(command, "evaluation sets", async (database) => {
    if (!(await removeEvaluationSet(database, name, thisActor()))) {
      throw failure("EVALUATION_SET_NOT_FOUND", { received: JSON.stringify(name) });
    }
    print(`Removed the registration of ${name}. Its file and the results that were computed on it stay.`);
  });
}

const COLUMNS = [
  text("name"),
  number("items"),
  number("characters"),
  number("token ids"),
  text("kinds"),
  text("evaluation data of"),
  text("file"),
];

function rowOf({ name, items, characters, givenTokens, kinds, ownDataOf, path: file }: StoredEvaluationSet): string[] {
  const kindsText = Object.entries(kinds)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${countText(count)} ${kind}`)
    .join(", ");
  return [name, countText(items), countText(characters), countText(givenTokens), kindsText, ownDataOf.join(", "), file];
}
