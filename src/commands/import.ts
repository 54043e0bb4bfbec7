import path from "node:path";
import type { Finding } from "../model/records.js";
import { importStudy } from "../jobs/import/import-study.js";
import type { Counts, ImportResult, StoreOutcome } from "../model/job-payloads.js";
import { note, printLines, type Process } from "./process.js";
import { openServices } from "./serve/services.js";

/** Imports a folder and prints its findings (with warnings and errors) and the changes to the store. */
export async function importFolder(
  command: Process,
  folder: string,
  options: { slug?: string; name?: string },
): Promise<void> {
  const { services, weightStore, close } = await openServices(command, { purpose: "import", exclusive: false });
  try {
    const result = await importStudy(
      { database: services.database, weights: weightStore },
      { folder: path.resolve(command.config.directory, folder), ...options },
      ({ done, total, message }) => note(`[${done}/${total}] ${message}`),
    );
    printLines(summary(result));
  } finally {
    await close();
  }
}

function summary({ outcome, findings }: ImportResult): string[] {
  const conflicts = outcome.conflicts.map(({ where, message }) => `  kept     ${where}: ${message}`);
  return [...findings.map(findingLine), ...conflicts, "", `Study ${outcome.slug}: ${changes(outcome)}.`];
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
