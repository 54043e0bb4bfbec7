import { failure } from "../errors.js";
import { askPatiently, type PatienceOptions } from "./asker/ask-patiently.js";
import type { Asker } from "./asker/asker.js";
import { openAsker } from "./asker/open-asker.js";
import { EXIT } from "./exit-codes.js";
import { interruptible } from "./interruptible.js";
import { pendingNotes } from "./pending-notes.js";
import { print, type Process } from "./process.js";
import type { Diagnosis, RankDetail } from "./report-answer.js";
import { DIAGNOSIS, RANKS, rankDetailsQuery } from "./report-query.js";
import { reportText } from "./report-text.js";
import { screenOf } from "./terminal/screen.js";

export const REPORT_FORMATS = ["text", "markdown", "html", "json"] as const;

export interface ReportOptions {
  readonly format: (typeof REPORT_FORMATS)[number];
  /** The same as the format `json`. */
  readonly json?: true;
  readonly server?: string;
  /** Seconds. */
  readonly wait?: number;
}

/**
 * Prints a study's whole summary, by queries that anyone can send: as text for a terminal, or as the API's report in Markdown,
 * HTML or JSON. The exit code tells where a part of it is still being computed.
 */
export function report(command: Process, slug: string, options: ReportOptions): Promise<void> {
  return interruptible(async (signal) => {
    const asker = await openAsker(command, { purpose: "report", server: options.server });
    const notes = pendingNotes(screenOf(process.stderr, command.config));
    const patience = options.wait === undefined ? undefined : options.wait * 1000;
    try {
      const format = options.json ? "json" : options.format;
      // Weights first: what has to be computed is computed for this question, and said to be.
      const { study, details, pending } = await ask(asker, slug, { patience, signal, onPending: notes.tell });
      const lines =
        format === "text"
          ? reportText(study, details, screenOf(process.stdout, command.config))
          : [await written(asker, slug, format, signal)];
      notes.end(pending);
      print(...lines);
      if (pending > 0) process.exitCode = EXIT.INCOMPLETE;
    } finally {
      await asker.close();
    }
  });
}

interface Reported {
  readonly study: Diagnosis;
  readonly details: readonly RankDetail[];
  readonly pending: number;
}

/** @throws STUDY_NOT_FOUND */
async function ask(asker: Asker, slug: string, options: PatienceOptions): Promise<Reported> {
  const found = (await asker.ask(RANKS, { slug }, options.signal)) as { study: Pick<Diagnosis, "ranks"> | null };
  if (found.study === null) {
    throw failure("STUDY_NOT_FOUND", {
      where: "slug",
      received: JSON.stringify(slug),
      todo: "List the studies with: rankscope studies",
    });
  }
  const ranks = found.study.ranks.map(({ r }) => r);
  const weights = await askPatiently<{ study: Record<string, unknown> }>(
    asker,
    ranks.length === 0 ? RANKS : rankDetailsQuery(ranks),
    { slug },
    options,
  );
  const details = ranks.map((r) => {
    const { [`similarity${r}`]: similarity, [`summary${r}`]: summary } = weights.data.study;
    return { r, similarity, summary } as RankDetail;
  });
  const asked = { slug, untested: [2 * Math.max(1, ...ranks)] };
  // Time that is up is up: what is missing now is told.
  const patience = weights.pending > 0 ? 0 : options.patience;
  const { data, pending } = await askPatiently<{ study: Diagnosis }>(asker, DIAGNOSIS, asked, { ...options, patience });
  return { study: data.study, details, pending: weights.pending + pending };
}

/** The API's own report, without the line's end that printing adds. */
async function written(asker: Asker, slug: string, format: string, signal: AbortSignal): Promise<string> {
  const query = `query Written($slug: String!, $format: ReportFormat!) { study(slug: $slug) { report(format: $format) } }`;
  const { study } = (await asker.ask(query, { slug, format: format.toUpperCase() }, signal)) as {
    study: { report: string };
  };
  return study.report.trimEnd();
}
