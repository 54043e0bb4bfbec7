import { createInterface } from "node:readline/promises";
import { failure, RankscopeError } from "../../errors.js";
import { countOf } from "../../model/count-of.js";
import { graphql } from "../../model/graphql-document.js";
import type { GraphQLClient } from "../client/graphql-client.js";
import { openClient } from "../client/open-client.js";
import { EXIT } from "../exit-codes.js";
import { interruptible } from "../interruptible.js";
import { note, print, printDocument, printLines, type Process } from "../process.js";
import { screenOf } from "../terminal/screen.js";
import { number, table, text } from "../terminal/table.js";

/** The options of `rankscope prune`. */
export interface PruneOptions {
  /** Seconds. */
  readonly olderThan: number;
  readonly keepTagged?: readonly string[];
  readonly keepArchived?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
  readonly server?: string;
}

/** A study that is deleted, or would be. */
interface PrunedStudy {
  readonly slug: string;
  readonly name: string;
  readonly updatedAt: string;
  readonly tags: readonly string[];
  readonly archived: boolean;
  readonly runs: number;
  readonly deleted: boolean;
  /** Why it was not deleted; null if it was, or in a dry run. */
  readonly problem: string | null;
}

/**
 * Deletes the studies that have not changed for a time, and prints them. The exit code is 1 where one could not be deleted.
 *
 * @throws ARGUMENT_INVALID without --yes where nobody can be asked; FORBIDDEN
 */
export function prune(command: Process, options: PruneOptions): Promise<void> {
  return interruptible(async (signal) => {
    const isAsking = options.dryRun !== true && options.yes !== true;
    if (isAsking && (!process.stdin.isTTY || options.json === true)) {
      throw failure("ARGUMENT_INVALID", {
        where: "rankscope prune",
        received: "neither --dry-run nor --yes, and nobody to ask",
        allowed: "--dry-run to see what would be deleted, --yes to delete it",
      });
    }
    const client = await openClient(command, { purpose: "prune", server: options.server });
    try {
      const found = await pruned(client, options, signal);
      const show = (studies: readonly PrunedStudy[]) =>
        printLines(table(COLUMNS, studies.map(row), screenOf(process.stdout, command.config)));
      if (options.json !== true && found.length > 0) show(found);
      const isConfirmed =
        options.yes === true || (isAsking && found.length > 0 && (await confirm(found.length, signal)));
      const studies = options.dryRun !== true && isConfirmed ? await deleteAll(client, found, signal) : found;
      report(studies, options);
    } finally {
      await client.close();
    }
  });
}

function report(studies: readonly PrunedStudy[], { json, dryRun }: PruneOptions): void {
  const deleted = studies.filter((study) => study.deleted).length;
  const failed = studies.filter(({ problem }) => problem !== null);
  if (json === true) printDocument(JSON.stringify({ studies, deleted }, null, 2));
  else if (studies.length === 0) print("No study is that old.");
  else if (dryRun === true) print(`${countOf(studies.length, "study", "studies")} would be deleted. Nothing was.`);
  else if (deleted === 0) print("Nothing was deleted.");
  else print(`Deleted ${countOf(deleted, "study", "studies")}. rankscope undelete SLUG restores one.`);
  for (const { slug, problem } of failed) note(`${slug}: ${problem ?? ""}`);
  if (failed.length > 0) process.exitCode = EXIT.FAILED;
}

const COLUMNS = [text("study"), text("name"), number("runs"), text("last change"), text("tags"), text("archived")];

function row({ slug, name, runs, updatedAt, tags, archived }: PrunedStudy): string[] {
  return [slug, name, String(runs), updatedAt.slice(0, 10), tags.join(","), archived ? "yes" : "no"];
}

async function confirm(count: number, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Delete ${countOf(count, "study", "studies")}? [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

/** Returns the studies that the options select, the oldest first. */
async function pruned(client: GraphQLClient, options: PruneOptions, signal: AbortSignal): Promise<PrunedStudy[]> {
  const { olderThan, keepTagged = [], keepArchived } = options;
  const filter = {
    updatedAt: { lt: new Date(Date.now() - olderThan * 1000).toISOString() },
    ...(keepTagged.length > 0 && { not: { tags: { hasAny: [...keepTagged] } } }),
    ...(keepArchived === true && { archived: false }),
  };
  const found: PrunedStudy[] = [];
  for (let after: string | null = null; ;) {
    const variables: { filter: typeof filter; after: string | null } = { filter, after };
    const { studies: page } = await client.query(OLD_STUDIES, variables, signal);
    for (const { archivedAt, experiments, ...study } of page.nodes) {
      const runs = experiments.totalCount;
      found.push({ ...study, archived: archivedAt !== null, runs, deleted: false, problem: null });
    }
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) return found;
  }
}

/** Deletes studies, each by itself, so that a study that is busy does not keep the others. */
async function deleteAll(
  client: GraphQLClient,
  studies: readonly PrunedStudy[],
  signal: AbortSignal,
): Promise<PrunedStudy[]> {
  const result: PrunedStudy[] = [];
  for (const study of studies) {
    try {
      await client.query(DELETE, { slug: study.slug }, signal);
      result.push({ ...study, deleted: true });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RankscopeError) || error.code === "FORBIDDEN") throw error;
      result.push({ ...study, problem: error.message });
    }
  }
  return result;
}

const OLD_STUDIES = graphql(`
  query OldStudies($filter: StudyFilter!, $after: String) {
    studies(
      filter: $filter
      orderBy: { field: UPDATED_AT, direction: ASC }
      first: 100
      after: $after
      includeArchived: true
    ) {
      pageInfo {
        endCursor
        hasNextPage
      }
      nodes {
        slug
        name
        updatedAt
        tags
        archivedAt
        experiments(first: 1) {
          totalCount
        }
      }
    }
  }
`);

const DELETE = graphql(`
  mutation Prune($slug: String!) {
    deleteStudy(slug: $slug) {
      slug
    }
  }
`);
