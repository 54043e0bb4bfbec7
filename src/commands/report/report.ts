import { studyNotFound, type GraphQLClient } from "../client/graphql-client.js";
import { openClient } from "../client/open-client.js";
import { queryUntilComplete, type WaitOptions } from "../client/query-until-complete.js";
import { EXIT } from "../exit-codes.js";
import { interruptible } from "../interruptible.js";
import { printDocument, printLines, type Process } from "../process.js";
import { pendingNotes } from "../terminal/pending-notes.js";
import { screenOf } from "../terminal/screen.js";
import {
  DIAGNOSIS,
  rankDetailsDocument,
  RANKS,
  WRITTEN_REPORT,
  type Diagnosis,
  type RankDetail,
} from "./report-documents.js";
import { reportText } from "./report-text.js";
import { largest } from "../../model/extremes.js";

type FileFormat = "MARKDOWN" | "HTML" | "JSON";

export interface ReportOptions {
  readonly format: "text" | "markdown" | "html" | "json";
  /** The same as the format `json`. */
  readonly json?: true;
  readonly server?: string;
  /** Maximum wait for results that are being computed, seconds. */
  readonly wait?: number;
}

/**
 * Prints a study's report with queries of the public API: as text for a terminal, or as the server's report in Markdown, HTML
 * or JSON. The exit code is 4 where part of it is still being computed.
 */
export function report(command: Process, slug: string, options: ReportOptions): Promise<void> {
  return interruptible(async (signal) => {
    const client = await openClient(command, { purpose: "report", server: options.server });
    const notes = pendingNotes(screenOf(process.stderr, command.config));
    const wait = {
      patienceMilliseconds: options.wait === undefined ? undefined : options.wait * 1000,
      signal,
      onPending: notes.show,
    };
    try {
      const format = options.json ? "json" : options.format;
      // A file too is written only when everything in it is computed, or the wait has ended.
      const { study, details, pending } = await queryReport(client, slug, wait);
      const file =
        format === "text" ? undefined : await writtenReport(client, slug, format.toUpperCase() as FileFormat, signal);
      notes.end(pending);
      if (file === undefined) printLines(reportText(study, details, screenOf(process.stdout, command.config)));
      else printDocument(file);
      if (pending > 0) process.exitCode = EXIT.INCOMPLETE;
    } finally {
      await client.close();
    }
  });
}

interface ReportData {
  readonly study: Diagnosis;
  readonly details: readonly RankDetail[];
  /** Number of values that are still being computed. */
  readonly pending: number;
}

/** @throws STUDY_NOT_FOUND */
async function queryReport(client: GraphQLClient, slug: string, wait: WaitOptions): Promise<ReportData> {
  const { study } = await client.query(RANKS, { slug }, wait.signal);
  if (study === null) throw studyNotFound(slug);
  const ranks = study.ranks.map(({ r }) => r);
  const details = await queryDetails(client, slug, ranks, wait);
  const variables = { slug, untested: [2 * Math.max(1, largest(ranks))] };
  // The wait has ended where details are still pending.
  const patienceMilliseconds = details.pending > 0 ? 0 : wait.patienceMilliseconds;
  const diagnosis = await queryUntilComplete(client, DIAGNOSIS, variables, { ...wait, patienceMilliseconds });
  if (diagnosis.data.study === null) throw studyNotFound(slug);
  return {
    study: diagnosis.data.study,
    details: details.ofRanks,
    pending: details.pending + diagnosis.pending,
  };
}

async function queryDetails(
  client: GraphQLClient,
  slug: string,
  ranks: readonly number[],
  wait: WaitOptions,
): Promise<{ readonly ofRanks: readonly RankDetail[]; readonly pending: number }> {
  if (ranks.length === 0) return { ofRanks: [], pending: 0 };
  const { data, pending } = await queryUntilComplete(client, rankDetailsDocument(ranks), { slug }, wait);
  const { study } = data;
  if (study === null) throw studyNotFound(slug);
  const ofRanks = ranks.map((r) => {
    return { r, similarity: study[`similarity${r}`], costs: study[`costs${r}`] } as RankDetail;
  });
  return { ofRanks, pending };
}

/** Returns the server's own report, without the final line break that printing adds. */
async function writtenReport(
  client: GraphQLClient,
  slug: string,
  format: FileFormat,
  signal: AbortSignal,
): Promise<string> {
  const { study } = await client.query(WRITTEN_REPORT, { slug, format }, signal);
  if (study === null) throw studyNotFound(slug);
  return study.report.trimEnd();
}
