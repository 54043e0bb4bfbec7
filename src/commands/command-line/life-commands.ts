import { InvalidArgumentError, Option, type Command } from "commander";
import { DURATION_FORMS, parseDuration } from "../../model/duration.js";
import type { AuditOptions } from "../audit/audit.js";
import type { EditOptions } from "../life/edit-study.js";
import type { LifeOptions } from "../life/delete.js";
import type { PruneOptions } from "../life/prune.js";
import type { Process } from "../process.js";

const server = () =>
  new Option("--server <url>", "use this running server instead of opening the database (RANKSCOPE_SERVER)");
const json = () => new Option("--json", "print JSON");

/** Adds the commands that edit, archive, delete and restore studies, and the audit log. */
export function addLifeCommands(program: Command, open: () => Process): void {
  addEdit(program, open);
  addDelete(program, open);
  addPrune(program, open);
  addAudit(program, open);
}

function addEdit(program: Command, open: () => Process): void {
  program
    .command("edit <slug>")
    .description("change the name, notes or tags of a study, or archive it")
    .option("--name <name>", "display name")
    .addOption(new Option("--notes <markdown>", "notes in Markdown, which replace the stored ones; empty removes them"))
    .addOption(new Option("--notes-file <file>", "read the notes from this file").conflicts("notes"))
    .option("--tag <tag...>", "all tags of the study; they replace the stored ones")
    .option("--no-tags", "remove all tags")
    .option("--archive", "archive the study: lists leave it out")
    .addOption(new Option("--unarchive", "list the study again").conflicts("archive"))
    .addOption(json())
    .addOption(server())
    .addHelpText(
      "after",
      `
Examples:
  rankscope edit my-study --name "Sweep of May" --notes-file notes.md --tag llama paper
  rankscope edit my-study --archive

JSON: { slug, name, notes, tags, archivedAt }.
The exit code is 3 where the study does not exist.`,
    )
    .action(async (slug: string, options: EditOptions) =>
      (await import("../life/edit-study.js")).editStudy(open(), slug, options),
    );
}

function addDelete(program: Command, open: () => Process): void {
  program
    .command("delete <slug-or-run>")
    .description("delete a study, or a run (study/experiment); undelete restores it until the grace period ends")
    .addOption(json())
    .addOption(server())
    .addHelpText(
      "after",
      `
The grace period is RANKSCOPE_DELETE_GRACE of the server (7d). Imports under a deleted slug fail, and imports leave deleted
runs out.

JSON: { slug, run, deletedAt, removedAfter }; run is null for a study.
The exit code is 3 where the study or run does not exist.`,
    )
    .action(async (word: string, options: LifeOptions) =>
      (await import("../life/delete.js")).deleteStored(open(), word, options),
    );
  program
    .command("undelete <slug-or-run>")
    .description("restore a deleted study, or a deleted run (study/experiment)")
    .addOption(json())
    .addOption(server())
    .action(async (word: string, options: LifeOptions) =>
      (await import("../life/delete.js")).restoreDeleted(open(), word, options),
    );
  program
    .command("deleted [slug]")
    .description("list deleted studies, or the deleted runs of a study")
    .addOption(json())
    .addOption(server())
    .action(async (slug: string | undefined, options: LifeOptions) =>
      (await import("../life/delete.js")).listDeleted(open(), slug, options),
    );
}

function addPrune(program: Command, open: () => Process): void {
  program
    .command("prune")
    .description("delete studies that have not changed for a long time, as the command delete does")
    .addOption(
      new Option("--older-than <time>", "time since the last change of the study: 90d")
        .makeOptionMandatory()
        .argParser(readDuration),
    )
    .option("--keep-tagged <tag...>", "keep studies with any of these tags")
    .option("--keep-archived", "keep archived studies")
    .option("--dry-run", "show what would be deleted, and delete nothing")
    .option("--yes", "delete without asking; needed where standard input is no terminal")
    .addOption(json())
    .addOption(server())
    .addHelpText(
      "after",
      `
Examples:
  rankscope prune --older-than 90d --keep-tagged paper --keep-archived --dry-run
  rankscope prune --older-than 1y --yes

JSON: { studies: [{ slug, name, updatedAt, tags, archived, runs, deleted, problem }], deleted }.
The exit code is 1 where a study could not be deleted.`,
    )
    .action(async (options: PruneOptions) => (await import("../life/prune.js")).prune(open(), options));
}

function addAudit(program: Command, open: () => Process): void {
  program
    .command("audit")
    .description("print the audit log: who did what to what, when and from where")
    .addOption(new Option("--since <time>", "entries of this last time: 7d").argParser(readDuration))
    .option("--study <slug>", "entries about this study")
    .option("--token <id>", "entries of this token")
    .option("--action <action...>", "entries of these actions: STUDY_DELETED")
    .option("--limit <n>", "maximum number of entries; all by default", readCount)
    .option("--json", "print JSON, one entry per line")
    .addOption(server())
    .addHelpText("after", "\nEntries are printed newest first. A server requires an admin's token for all studies.")
    .action(async (options: AuditOptions) => (await import("../audit/audit.js")).audit(open(), options));
}

/** @throws InvalidArgumentError */
function readDuration(given: string): number {
  const seconds = parseDuration(given);
  if (seconds === undefined) throw new InvalidArgumentError(`Allowed: ${DURATION_FORMS}.`);
  return seconds;
}

/** @throws InvalidArgumentError */
function readCount(given: string): number {
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("Allowed: a whole number, 1 or more.");
  return count;
}
