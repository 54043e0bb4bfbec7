import path from "node:path";
import { hubRepository, isHubAddress, parseHubAddress } from "../files/hub-cache.js";
import type { Finding } from "../model/records.js";
import { openImportProcess } from "../jobs/import/import-process.js";
import type { Counts, ImportRequest, ImportResult, StoreOutcome } from "../model/job-payloads.js";
import { takeImportTurn } from "../store/queue/import-turn.js";
import { interruptible } from "./interruptible.js";
import { note, printLines, type Process } from "./process.js";
import { importBounds, openServices } from "./serve/services.js";
import { weightSettings } from "./weight-settings.js";

/** Imports a folder and prints its findings (with warnings and errors) and the changes to the store. */
export function importFolder(
  command: Process,
  folder: string,
  options: { slug?: string; name?: string },
): Promise<void> {
  return interruptible(async (signal) => {
    const { services, close } = await openServices(command, { purpose: "import", exclusive: false });
    try {
      const request = { ...(await requestedFolder(command, folder)), ...options };
      printLines(summary(await importInTurn(command, services.database.url, request, signal)));
    } finally {
      await close();
    }
  });
}

/** Returns the folder to read: a path, or a repository in the hub's cache. */
async function requestedFolder({ config }: Process, folder: string): Promise<ImportRequest> {
  if (!isHubAddress(folder)) return { folder: path.resolve(config.directory, folder) };
  const { revision } = parseHubAddress(folder);
  return { folder: await hubRepository(config.hubCache, folder), where: folder, revision };
}

/** Waits until no other import of the database runs, and runs this one. */
async function importInTurn(
  { config }: Process,
  url: string,
  request: ImportRequest,
  signal: AbortSignal,
): Promise<ImportResult> {
  const onWait = () => note("waiting until another import of this database has ended");
  const turn = await takeImportTurn(url, { signal, onWait });
  const importProcess = openImportProcess(importBounds(config.limits));
  try {
    return await importProcess.run(
      { url, weights: weightSettings(config), request },
      { report: ({ done, total, message }) => note(`[${done}/${total}] ${message}`), signal },
    );
  } finally {
    importProcess.close();
    await turn.release();
  }
}

function summary({ outcomes, findings }: ImportResult): string[] {
  const conflicts = outcomes.flatMap(({ conflicts: ofStudy }) =>
    ofStudy.map(({ where, message }) => `  kept     ${where}: ${message}`),
  );
  const studies = outcomes.map((outcome) => `Study ${outcome.slug}: ${changes(outcome)}.`);
  return [...findings.map(findingLine), ...conflicts, "", ...studies];
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

const LABELS: Record<Finding["severity"], string> = { info: "found   ", warning: "warning ", error: "ERROR   " };

function findingLine({ severity, where, message }: Finding): string {
  return `  ${LABELS[severity]} ${where}: ${message}`;
}
