import path from "node:path";
import type { Finding } from "../model/records.js";
import { importStudy } from "../jobs/import/import-study.js";
import type { ImportResult } from "../model/job-payloads.js";
import type { Counts } from "../model/import-outcome.js";
import { print, type Process } from "./process.js";
import { openServices } from "./serve/services.js";

/** Imports a folder and prints what was found, what was not understood, and what changed in the store. */
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
      ({ done, total, message }) => process.stderr.write(`[${done}/${total}] ${message}\n`),
    );
    print(...summary(result));
  } finally {
    await close();
  }
}

function summary({ outcome, findings }: ImportResult): string[] {
  const counted = (counts: Counts) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${count} ${count === 1 ? what.replace(/s$/, "") : what}`)
      .join(", ");
  const added = counted(outcome.added);
  const updated = counted(outcome.updated);
  const conflicts = outcome.conflicts.map(({ where, message }) => `  kept     ${where}: ${message}`);
  return [
    ...findings.map(line),
    ...conflicts,
    "",
    `Study ${outcome.slug}: ${added || updated ? [added && `added ${added}`, updated && `updated ${updated}`].filter(Boolean).join("; ") : "nothing new, the store has it all"}.`,
  ];
}

const LABEL: Record<Finding["severity"], string> = { info: "found   ", warning: "warning ", error: "ERROR   " };

function line({ severity, where, message }: Finding): string {
  return `  ${LABEL[severity]} ${where}: ${message}`;
}
