import { realpath } from "node:fs/promises";
import path from "node:path";
import { failure } from "../errors.js";
import { hubRepository, isHubAddress, parseHubAddress } from "../files/hub-cache.js";
import { openImportProcess, type ImportProcess } from "../jobs/import/import-process.js";
import type { ImportPreview } from "../model/import-preview.js";
import type { Counts, ImportRequest, StoreOutcome, SummarisedImport } from "../model/job-payloads.js";
import type { ReportProgress } from "../model/records.js";
import { takeImportTurn } from "../store/queue/import-turn.js";
import { importProgress } from "./import/import-progress.js";
import { explanationText, findingLines, studyTable } from "./import/preview-text.js";
import { interruptible } from "./interruptible.js";
import { thisActor } from "./os-user.js";
import { note, printDocument, printLines, type Process } from "./process.js";
import { importBounds, openServices } from "./serve/services.js";
import { screenOf, type Screen } from "./terminal/screen.js";
import { weightSettings } from "./weight-settings.js";

export interface ImportOptions {
  readonly slug?: string;
  readonly name?: string;
  /** Only shows what would be imported. */
  readonly dryRun?: true;
  /** Name of a run whose values are explained; implies `dryRun`. */
  readonly explain?: string;
  readonly json?: true;
}

/** Imports a folder, or shows what an import would make of it, and prints the studies, findings and changes to the store. */
export function importFolder(command: Process, folder: string, options: ImportOptions): Promise<void> {
  const { slug, name, dryRun, explain } = options;
  const perform = dryRun === true || explain !== undefined ? previewFolder : storeFolder;
  return interruptible(async (signal) => {
    const actor = thisActor();
    const request = { ...(await requestedFolder(command, folder)), slug, name, actor };
    await perform(command, request, options, signal);
  });
}

/** Returns the folder to read: a path, or a repository in the hub's cache. */
async function requestedFolder({ config }: Process, folder: string): Promise<ImportRequest> {
  const hubCache = await realpath(config.hubCache).catch(() => undefined);
  if (!isHubAddress(folder)) return { folder: path.resolve(config.directory, folder), hubCache };
  const { revision } = parseHubAddress(folder);
  return { folder: await hubRepository(config.hubCache, folder), where: folder, revision, hubCache };
}

async function previewFolder(
  command: Process,
  request: ImportRequest,
  { explain, json }: ImportOptions,
  signal: AbortSignal,
): Promise<void> {
  const preview = await withImportProcess(command, (importProcess, report) =>
    importProcess.preview({ request, explain }, { report, signal }),
  );
  if (json === true) printDocument(JSON.stringify(preview, null, 2));
  else printLines(previewText(preview, screenOf(process.stdout, command.config)));
  if (preview.studies.length > 0) return;
  const problem = preview.findings.find(({ severity }) => severity !== "info");
  throw failure("NO_RUNS", {
    where: request.where ?? request.folder,
    received: problem && `${problem.where}: ${problem.message}`,
  });
}

function previewText({ studies, findings, explanation }: ImportPreview, screen: Screen): string[] {
  if (explanation !== null) return explanationText(explanation, screen);
  return [
    ...findingLines(findings),
    ...studies.flatMap((study) => ["", ...studyTable(study, screen)]),
    "",
    "Nothing was stored. --explain RUN shows where each value of a run comes from.",
  ];
}

async function storeFolder(
  command: Process,
  request: ImportRequest,
  { json }: ImportOptions,
  signal: AbortSignal,
): Promise<void> {
  const { services, close } = await openServices(command, { purpose: "import", exclusive: false });
  try {
    const result = await importInTurn(command, services.database.url, request, signal);
    if (json === true) printDocument(JSON.stringify(result, null, 2));
    else printLines(summary(result, screenOf(process.stdout, command.config)));
  } finally {
    await close();
  }
}

/** Waits until no other import of the database runs, and runs this one. */
async function importInTurn(
  command: Process,
  url: string,
  request: ImportRequest,
  signal: AbortSignal,
): Promise<SummarisedImport> {
  const onWait = () => note("waiting until another import of this database has ended");
  const turn = await takeImportTurn(url, { signal, onWait });
  try {
    const task = { url, weights: weightSettings(command.config), request };
    return await withImportProcess(command, (importProcess, report) => importProcess.run(task, { report, signal }));
  } finally {
    await turn.release();
  }
}

/** Opens an import process and the display of its progress, and closes both. */
async function withImportProcess<Result>(
  { config }: Process,
  work: (importProcess: ImportProcess, report: ReportProgress) => Promise<Result>,
): Promise<Result> {
  const importProcess = openImportProcess(importBounds(config.limits));
  const progress = importProgress(screenOf(process.stderr, config));
  try {
    return await work(importProcess, progress.report);
  } finally {
    progress.end();
    importProcess.close();
  }
}

function summary({ outcomes, findings, studies }: SummarisedImport, screen: Screen): string[] {
  const conflicts = outcomes.flatMap(({ conflicts: ofStudy }) =>
    ofStudy.map(({ where, message }) => `  kept     ${where}: ${message}`),
  );
  return [
    ...findingLines(findings),
    ...conflicts,
    ...studies.flatMap((study) => ["", ...studyTable(study, screen)]),
    "",
    ...outcomes.map((outcome) => `Study ${outcome.slug}: ${changes(outcome)}.`),
  ];
}

function changes({ added, updated }: StoreOutcome): string {
  const parts: string[] = [];
  const addedText = countsText(added);
  const updatedText = countsText(updated);
  if (addedText !== "") parts.push(`added ${addedText}`);
  if (updatedText !== "") parts.push(`updated ${updatedText}`);
  return parts.length === 0 ? "no changes, everything is already stored" : parts.join("; ");
}

/** Formats the counts above 0: `1 experiment, 12 points`. */
function countsText(counts: Counts): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${count === 1 ? name.replace(/s$/, "") : name}`)
    .join(", ");
}
