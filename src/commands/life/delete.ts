import { graphql } from "../../model/graphql-document.js";
import type { GraphQLClient } from "../client/graphql-client.js";
import { openClient } from "../client/open-client.js";
import { findExperiment } from "../compare/find-selection.js";
import { interruptible } from "../interruptible.js";
import { print, printDocument, printLines, type Process } from "../process.js";
import { screenOf } from "../terminal/screen.js";
import { table, text } from "../terminal/table.js";

/** The options of `rankscope delete`, `undelete` and `deleted`. */
export interface LifeOptions {
  readonly json?: true;
  readonly server?: string;
}

/** A deleted study or run, as JSON. */
interface Deleted {
  readonly slug: string;
  /** Null for a study. */
  readonly run: string | null;
  readonly deletedAt: string;
  readonly removedAfter: string;
}

/** Deletes a study, or a run named `study/experiment`. @throws STUDY_NOT_FOUND, EXPERIMENT_NOT_FOUND, FORBIDDEN, STUDY_BUSY */
export function deleteStored(command: Process, word: string, { json, server }: LifeOptions): Promise<void> {
  return interruptible(async (signal) => {
    const client = await openClient(command, { purpose: "delete", server });
    try {
      const { slug, run } = namesOf(word);
      const deleted: Deleted =
        run === null
          ? { run, ...(await client.query(DELETE_STUDY, { slug }, signal)).deleteStudy }
          : { slug, run, ...(await deleteRun(client, await findExperiment(client, word, signal), signal)) };
      if (json === true) printDocument(JSON.stringify(deleted, null, 2));
      else print(`Deleted ${word}. rankscope undelete ${word} restores it until ${deleted.removedAfter}.`);
    } finally {
      await client.close();
    }
  });
}

async function deleteRun(client: GraphQLClient, id: string, signal: AbortSignal) {
  const { deleteExperiment } = await client.query(DELETE_RUN, { id }, signal);
  return deleteExperiment;
}

/** Restores a deleted study or run. @throws STUDY_NOT_FOUND, EXPERIMENT_NOT_FOUND, FORBIDDEN, STUDY_BUSY */
export function restoreDeleted(command: Process, word: string, { json, server }: LifeOptions): Promise<void> {
  return interruptible(async (signal) => {
    const client = await openClient(command, { purpose: "undelete", server });
    try {
      const { slug, run } = namesOf(word);
      const isStored =
        run === null
          ? (await client.query(RESTORE_STUDY, { slug }, signal)).restoreStudy.slug === slug
          : (await client.query(RESTORE_RUN, { slug, name: run }, signal)).restoreExperiment.experiment !== null;
      if (json === true) printDocument(JSON.stringify({ slug, run, isStored }, null, 2));
      else if (isStored) print(`Restored ${word}.`);
      else print(`The rows of ${word} were removed already. Import its folder to add the run again.`);
    } finally {
      await client.close();
    }
  });
}

/** Lists deleted studies, or the deleted runs of a study; up to 100, the last deleted first. */
export function listDeleted(command: Process, slug: string | undefined, { json, server }: LifeOptions): Promise<void> {
  return interruptible(async (signal) => {
    const client = await openClient(command, { purpose: "deleted", server });
    try {
      const deleted =
        slug === undefined
          ? (await client.query(DELETED_STUDIES, {}, signal)).deletedStudies
          : (await client.query(DELETED_RUNS, { slug }, signal)).deletedExperiments;
      if (json === true) printDocument(JSON.stringify(deleted, null, 2));
      else if (deleted.length === 0) print("Nothing is deleted.");
      else {
        const rows = deleted.map((one) => [one.name, one.deletedAt, one.deletedBy ?? "-", one.removedAfter]);
        printLines(table(COLUMNS, rows, screenOf(process.stdout, command.config)));
      }
    } finally {
      await client.close();
    }
  });
}

const COLUMNS = [text("name"), text("deleted"), text("by token"), text("removed after")];

function namesOf(word: string): { slug: string; run: string | null } {
  const slash = word.indexOf("/");
  return slash === -1 ? { slug: word, run: null } : { slug: word.slice(0, slash), run: word.slice(slash + 1) };
}

const DELETE_STUDY = graphql(`
  mutation DeleteStudy($slug: String!) {
    deleteStudy(slug: $slug) {
      slug
      deletedAt
      removedAfter
    }
  }
`);

const DELETE_RUN = graphql(`
  mutation DeleteRun($id: ID!) {
    deleteExperiment(id: $id) {
      deletedAt
      removedAfter
    }
  }
`);

const RESTORE_STUDY = graphql(`
  mutation RestoreStudy($slug: String!) {
    restoreStudy(slug: $slug) {
      slug
    }
  }
`);

const RESTORE_RUN = graphql(`
  mutation RestoreRun($slug: String!, $name: String!) {
    restoreExperiment(slug: $slug, name: $name) {
      experiment {
        id
      }
    }
  }
`);

const DELETED_STUDIES = graphql(`
  query DeletedStudies {
    deletedStudies(first: 100) {
      name: slug
      deletedAt
      deletedBy
      removedAfter
    }
  }
`);

const DELETED_RUNS = graphql(`
  query DeletedRuns($slug: String!) {
    deletedExperiments(slug: $slug, first: 100) {
      name
      deletedAt
      deletedBy
      removedAfter
      isRemoved
    }
  }
`);
