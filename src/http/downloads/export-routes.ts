import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import express, { type Request, type Response, type Router } from "express";
import type { GraphQLSchema } from "graphql";
import { failure } from "../../errors.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../../graphql/context.js";
import { metricNames } from "../../analysis/across-studies/metric-names.js";
import { unlessAborted } from "../../graphql/stop-at-deadline.js";
import { diagnosticSummaryFile } from "../../report/diagnostic-summary-file.js";
import { studyReport } from "../../report/study-report.js";
import { writeReport } from "../../report/write-report.js";
import type { TableFormat, TableKind } from "../../model/enums/export.js";
import type { RequestContexts } from "../request-contexts.js";
import { experimentsTable } from "../../export/experiments-table.js";
import { layersTable } from "../../export/layers-table.js";
import { queryFilter } from "./query-filter.js";
import { studyTable } from "../../export/study-table.js";
import type { Table } from "../../export/table.js";
import { MEDIA_TYPES, tableChunks } from "../../export/write-table.js";

const REPORTS = {
  md: ["MARKDOWN", "text/markdown; charset=utf-8"],
  html: ["HTML", "text/html; charset=utf-8"],
  json: ["JSON", "application/json; charset=utf-8"],
} as const;
const FORMATS: Record<string, TableFormat> = { csv: "CSV", parquet: "PARQUET" };
const KINDS: Record<string, TableKind> = {
  experiments: "EXPERIMENTS",
  layers: "LAYERS",
  degradation: "DEGRADATION",
  curves: "CURVES",
};

/**
 * Downloads, streamed as they are read:
 *
 *     /studies/<slug>/report.{md,html,json}
 *     /studies/<slug>/diagnostic_summary.json                            ?rank=
 *     /studies/<slug>/{experiments,layers,degradation,curves}.{csv,parquet}
 *     /experiments.{csv,parquet}                                         ?filter=<ExperimentFilter as JSON>&metrics=a,b
 *     /layers.{csv,parquet}                                              ?filter=<StudyFilter as JSON>&ranks=2,4
 *
 * Requests must have passed the guards: a context is of somebody.
 */
export function exportRoutes(contexts: RequestContexts, schema: GraphQLSchema): Router {
  const router = express.Router();
  const reportOf = (context: Context, slug: string) =>
    unlessAborted(studyReport(schema, context, slug, undefined), context.signal);
  router.use((_request, response, next) => {
    // What studies say is not this server's word: no page of theirs may run anything or be framed.
    response.set({
      "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
    });
    next();
  });

  router.get("/studies/:slug/report.:extension", async ({ params }, response, next) => {
    const known = REPORTS[params.extension as keyof typeof REPORTS] as (typeof REPORTS)["md"] | undefined;
    if (known === undefined) {
      next();
      return;
    }
    const [format, type] = known;
    const report = await reportOf(contexts.ofRequest(response), params.slug);
    sendFile(response, `${report.slug}-report.${params.extension}`, type);
    response.send(writeReport(report, format));
  });

  router.get("/studies/:slug/diagnostic_summary.json", async (request, response) => {
    const report = await reportOf(contexts.ofRequest(response), request.params.slug);
    const [rank] = wholeNumbers(request, "rank") ?? [];
    const summary = diagnosticSummaryFile(report, rank);
    sendFile(response, "diagnostic_summary.json", REPORTS.json[1]);
    response.send(`${JSON.stringify(summary, null, 2)}\n`);
  });

  router.get("/studies/:slug/:table.:extension", async ({ params }, response, next) => {
    const [kind, format] = [KINDS[params.table], FORMATS[params.extension]];
    if (kind === undefined || format === undefined) {
      next();
      return;
    }
    const context = contexts.ofDownload(response);
    const study = await knownStudy(context, params.slug);
    const table = await studyTable(context, study, kind);
    await sendTable(response, table, format, `${study.slug}-${params.table}.${params.extension}`);
  });

  router.get("/:table.:extension", async (request, response, next) => {
    const { table: name, extension } = request.params;
    const format = FORMATS[extension];
    if (format === undefined || (name !== "experiments" && name !== "layers")) {
      next();
      return;
    }
    const { database } = contexts.ofDownload(response);
    const table =
      name === "experiments"
        ? experimentsTable(
            database,
            queryFilter(schema, "ExperimentFilter", text(request, "filter")),
            metricNames(text(request, "metrics")?.split(",") ?? DEFAULT_METRICS),
          )
        : layersTable(
            database,
            queryFilter(schema, "StudyFilter", text(request, "filter")),
            wholeNumbers(request, "ranks"),
          );
    await sendTable(response, table, format, `${name}.${extension}`);
  });

  return router;
}

const DEFAULT_METRICS = ["training_loss", "eval_loss", "peak_memory_mb", "time_per_step_seconds"];

async function knownStudy({ loaders }: Context, slug: string): Promise<Study> {
  const study = await loaders.studyBySlug.load(slug);
  if (study === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
  return study;
}

/** Slugs and the names of tables have no character that a header could not hold. */
function sendFile(response: Response, name: string, type: string): void {
  response.set({ "Content-Type": type, "Content-Disposition": `attachment; filename="${name}"` });
}

async function sendTable(response: Response, table: Table, format: TableFormat, name: string): Promise<void> {
  const chunks = tableChunks(table, format)[Symbol.asyncIterator]();
  // Head and first rows are made before anything is sent: what is refused is an error's answer, not half a file.
  const first = [await chunks.next(), await chunks.next()];
  sendFile(response, name, MEDIA_TYPES[format]);
  async function* all() {
    for (const made of first) if (made.done !== true) yield made.value;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  try {
    await pipeline(Readable.from(all()), response);
  } catch (error) {
    // A client that went away is no failure; of any other the connection's end tells that the file is not whole.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}

/** @throws ARGUMENT_INVALID where it is given more than once */
function text({ query }: Request, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === "string") return value;
  throw failure("ARGUMENT_INVALID", { where: name, received: "several", allowed: "one" });
}

/** @throws ARGUMENT_INVALID */
function wholeNumbers(request: Request, name: string): number[] | undefined {
  const given = text(request, name);
  const numbers = given?.split(",").map(Number);
  if (numbers?.some((number) => !Number.isInteger(number) || Math.abs(number) >= 2 ** 31)) {
    throw failure("ARGUMENT_INVALID", {
      where: name,
      received: JSON.stringify(given),
      allowed: "whole numbers, by commas",
    });
  }
  return numbers;
}
