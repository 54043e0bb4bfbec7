import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express, { type Request, type Response, type Router } from "express";
import type { GraphQLSchema } from "graphql";
import { checkConfigFields } from "../../analysis/across-studies/check-config-fields.js";
import { checkMetricNames } from "../../analysis/across-studies/check-metric-names.js";
import { failure } from "../../errors.js";
import { experimentsTable } from "../../export/experiments-table.js";
import { layersTable } from "../../export/layers-table.js";
import { studyTable } from "../../export/study-table.js";
import type { Table } from "../../export/table.js";
import { MEDIA_TYPES, tableChunks } from "../../export/write-table.js";
import { actorOf } from "../../graphql/access/actor.js";
import type { Context } from "../../graphql/context.js";
import { unlessAborted } from "../../graphql/stop-at-deadline.js";
import type { ReportFormat, TableFormat, TableKind } from "../../model/enums/export.js";
import { diagnosticSummaryFile } from "../../report/diagnostic-summary-file.js";
import { studyReport } from "../../report/study-report.js";
import { writeReport } from "../../report/write-report.js";
import { withoutArchived, withoutArchivedRuns } from "../../store/across/archived-studies.js";
import { recordAudit } from "../../store/audit/record-audit.js";
import type { Study } from "../../store/studies/studies.js";
import { filePolicy } from "../guards/security-headers.js";
import type { RequestContexts } from "../request-contexts.js";
import { queryFilter } from "./query-filter.js";

const JSON_TYPE = "application/json; charset=utf-8";

interface ReportFile {
  readonly format: ReportFormat;
  readonly mediaType: string;
}

/** Report formats by file extension. */
const REPORTS: Readonly<Record<string, ReportFile>> = {
  md: { format: "MARKDOWN", mediaType: "text/markdown; charset=utf-8" },
  html: { format: "HTML", mediaType: "text/html; charset=utf-8" },
  json: { format: "JSON", mediaType: JSON_TYPE },
};
/** Table formats by file extension. */
const TABLE_FORMATS: Readonly<Record<string, TableFormat>> = { csv: "CSV", parquet: "PARQUET" };
/** Tables of a study by file name. */
const STUDY_TABLES: Readonly<Record<string, TableKind>> = {
  experiments: "EXPERIMENTS",
  layers: "LAYERS",
  degradation: "DEGRADATION",
  curves: "CURVES",
};
/** Metrics of /experiments if the request names none. */
const DEFAULT_METRICS = ["training_loss", "eval_loss", "peak_memory_mb", "time_per_step_seconds"];

/**
 * Serves downloads. Tables are streamed while they are read.
 *
 *     /studies/<slug>/report.{md,html,json}                              ?on=<evaluation set>
 *     /studies/<slug>/diagnostic_summary.json                            ?rank=
 *     /studies/<slug>/{experiments,layers,degradation,curves}.{csv,parquet}
 *     /experiments.{csv,parquet}                             ?filter=<ExperimentFilter as JSON>&metrics=a,b&config=c,d
 *                                                                        &includeArchived=true
 *     /layers.{csv,parquet}                                              ?filter=<StudyFilter as JSON>&ranks=2,4&includeArchived=true
 *
 * The guards must have authenticated the requests.
 */
export function exportRoutes(contexts: RequestContexts, schema: GraphQLSchema): Router {
  const router = express.Router();
  router.use(filePolicy);

  router.get("/studies/:slug/report.:extension", async (request, response, next) => {
    const { slug, extension } = request.params;
    const file = own(REPORTS, extension);
    if (file === undefined) {
      next();
      return;
    }
    const context = contexts.ofRequest(response);
    const report = await reportOf(schema, context, slug, textParameter(request, "on"));
    const text = await writeReport(report, file.format);
    await recordDownload(context, `report.${extension}`, slug);
    setFile(response, `${report.slug}-report.${extension}`, file.mediaType);
    response.send(text);
  });

  router.get("/studies/:slug/diagnostic_summary.json", async (request, response) => {
    const context = contexts.ofRequest(response);
    const { slug } = request.params;
    const report = await reportOf(schema, context, slug);
    const [rank] = integerList(request, "rank") ?? [];
    const summary = diagnosticSummaryFile(report, rank);
    await recordDownload(context, "diagnostic_summary.json", slug);
    setFile(response, "diagnostic_summary.json", JSON_TYPE);
    response.send(`${JSON.stringify(summary, null, 2)}\n`);
  });

  router.get("/studies/:slug/:table.:extension", async ({ params }, response, next) => {
    const kind = own(STUDY_TABLES, params.table);
    const format = own(TABLE_FORMATS, params.extension);
    if (kind === undefined || format === undefined) {
      next();
      return;
    }
    const context = contexts.ofDownload(response);
    const study = await loadStudy(context, params.slug);
    const table = await studyTable(context, study, kind);
    await recordDownload(context, `${params.table}.${params.extension}`, study.slug);
    await sendTable(response, table, format, `${study.slug}-${params.table}.${params.extension}`);
  });

  router.get("/:table.:extension", async (request, response, next) => {
    const { table: name, extension } = request.params;
    const format = own(TABLE_FORMATS, extension);
    if (format === undefined || (name !== "experiments" && name !== "layers")) {
      next();
      return;
    }
    const context = contexts.ofDownload(response);
    const table = await tableAcrossStudies(context, schema, name, request);
    await recordDownload(context, `${name}.${extension}`);
    await sendTable(response, table, format, `${name}.${extension}`);
  });

  return router;
}

/** @throws STUDY_NOT_FOUND, EVALUATION_SET_NOT_FOUND, DEADLINE_EXCEEDED */
function reportOf(schema: GraphQLSchema, context: Context, slug: string, on?: string) {
  return unlessAborted(studyReport(schema, context, slug, { on }), context.signal);
}

/** @throws ARGUMENT_INVALID, QUERY_TOO_LARGE */
async function tableAcrossStudies(
  { database }: Context,
  schema: GraphQLSchema,
  name: "experiments" | "layers",
  request: Request,
): Promise<Table> {
  const text = textParameter(request, "filter");
  const includeArchived = booleanParameter(request, "includeArchived");
  if (name === "layers") {
    const given = queryFilter(schema, "StudyFilter", text);
    const filter = includeArchived ? given : withoutArchived(given);
    await checkConfigFields(database, { filter }, "filter");
    return layersTable(database, filter, integerList(request, "ranks"));
  }
  const given = queryFilter(schema, "ExperimentFilter", text);
  const filter = includeArchived ? given : withoutArchivedRuns(given);
  const metrics = checkMetricNames(textParameter(request, "metrics")?.split(",") ?? DEFAULT_METRICS);
  const config = textParameter(request, "config")?.split(",") ?? [];
  await checkConfigFields(database, { filter, fields: config });
  return experimentsTable(database, filter, { metrics, config });
}

/** @throws STUDY_NOT_FOUND */
async function loadStudy({ loaders }: Context, slug: string): Promise<Study> {
  const study = await loaders.studyBySlug.load(slug);
  if (study === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
  return study;
}

/** Adds a download to the audit log before anything of it is sent. @param slug of its study; none for a file of all studies */
function recordDownload({ programDatabase, principal }: Context, file: string, slug?: string): Promise<void> {
  const record = { action: "DOWNLOADED", subject: file, ...(slug !== undefined && { study: slug }) } as const;
  return recordAudit(programDatabase.sql, actorOf(principal), record);
}

/** Sets the headers of a file. Slugs and table names have only characters that are valid in a header. */
function setFile(response: Response, name: string, mediaType: string): void {
  response.set({ "Content-Type": mediaType, "Content-Disposition": `attachment; filename="${name}"` });
}

async function sendTable(response: Response, table: Table, format: TableFormat, name: string): Promise<void> {
  const chunks = tableChunks(table, format)[Symbol.asyncIterator]();
  // The header and the first rows are read before anything is sent, so that an error is not sent as half a file.
  const first = [await chunks.next(), await chunks.next()];
  setFile(response, name, MEDIA_TYPES[format]);
  async function* all() {
    for (const result of first) if (result.done !== true) yield result.value;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  try {
    await pipeline(Readable.from(all()), response);
  } catch (error) {
    // A client may disconnect. After any other error, the closed connection shows that the file is incomplete.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}

/** Returns a record's own property: a client's key must not reach those of Object.prototype. */
function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** @throws ARGUMENT_INVALID if the parameter is given more than once */
function textParameter({ query }: Request, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === "string") return value;
  throw failure("ARGUMENT_INVALID", { where: name, received: "several values", allowed: "one value" });
}

/** Returns false without the parameter. @throws ARGUMENT_INVALID */
function booleanParameter(request: Request, name: string): boolean {
  const text = textParameter(request, name) ?? "false";
  if (text === "true" || text === "false") return text === "true";
  throw failure("ARGUMENT_INVALID", { where: name, received: JSON.stringify(text), allowed: "true or false" });
}

/** Parses a list of 32-bit integers, separated by commas. @throws ARGUMENT_INVALID */
function integerList(request: Request, name: string): number[] | undefined {
  const text = textParameter(request, name);
  const numbers = text?.split(",").map(Number);
  if (numbers?.some((number) => !Number.isInteger(number) || Math.abs(number) >= 2 ** 31)) {
    throw failure("ARGUMENT_INVALID", {
      where: name,
      received: JSON.stringify(text),
      allowed: "integers, separated by commas",
    });
  }
  return numbers;
}
