import { readFile } from "node:fs/promises";
import path from "node:path";
import { failure } from "../../errors.js";
import { graphql } from "../../model/graphql-document.js";
import { openClient } from "../client/open-client.js";
import { interruptible } from "../interruptible.js";
import { print, printDocument, type Process } from "../process.js";

/** The options of `rankscope edit`. */
export interface EditOptions {
  readonly name?: string;
  readonly notes?: string;
  readonly notesFile?: string;
  readonly tag?: readonly string[];
  /** False removes all tags. */
  readonly tags?: boolean;
  readonly archive?: true;
  readonly unarchive?: true;
  readonly json?: true;
  readonly server?: string;
}

/** Changes a study and prints it. @throws ARGUMENT_INVALID, STUDY_NOT_FOUND, FORBIDDEN */
export function editStudy(command: Process, slug: string, options: EditOptions): Promise<void> {
  return interruptible(async (signal) => {
    const { name = null, archive, unarchive, json } = options;
    const notes = await notesOf(command, options);
    const tags = options.tags === false ? [] : (options.tag ?? null);
    const archived = archive === true || (unarchive === true ? false : null);
    if ([name, notes, tags, archived].every((value) => value === null)) {
      throw failure("ARGUMENT_INVALID", {
        where: "the options",
        received: "no change",
        allowed: "--name, --notes, --notes-file, --tag, --no-tags, --archive or --unarchive",
      });
    }
    const client = await openClient(command, { purpose: "edit", server: options.server });
    try {
      const { updateStudy: study } = await client.query(
        EDIT,
        { slug, name, notes, tags: tags && [...tags], archived },
        signal,
      );
      if (json === true) {
        printDocument(JSON.stringify(study, null, 2));
        return;
      }
      print(
        `${study.slug}: ${study.name}`,
        `tags: ${study.tags.length === 0 ? "none" : study.tags.join(", ")}`,
        `archived: ${study.archivedAt ?? "no"}`,
        `notes: ${study.notes === null ? "none" : `${study.notes.length} characters`}`,
      );
    } finally {
      await client.close();
    }
  });
}

/** Returns the notes of the options; null without any. @throws FILE_UNREADABLE */
async function notesOf({ config }: Process, { notes, notesFile }: EditOptions): Promise<string | null> {
  if (notesFile === undefined) return notes ?? null;
  const file = path.resolve(config.directory, notesFile);
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw failure("FILE_UNREADABLE", { where: file, cause });
  });
}

const EDIT = graphql(`
  mutation Edit($slug: String!, $name: String, $notes: String, $tags: [String!], $archived: Boolean) {
    updateStudy(slug: $slug, name: $name, notes: $notes, tags: $tags, archived: $archived) {
      slug
      name
      notes
      tags
      archivedAt
    }
  }
`);
