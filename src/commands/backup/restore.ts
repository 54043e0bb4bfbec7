import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { failure } from "../../errors.js";
import { openBackup, type Backup } from "../../store/backup/open-backup.js";
import { restoreBackup } from "../../store/backup/restore-backup.js";
import { openStore } from "../../store/database.js";
import { openWeightStore } from "../../weights/open-weight-store.js";
import type { WeightFile, WeightStore } from "../../model/weight-store.js";
import { thisActor } from "../os-user.js";
import { printLines, type Process } from "../process.js";
import { weightSettings } from "../weight-settings.js";

/** Maximum number of missing weight files that are listed by name. */
const MAX_LISTED_FILES = 3;

/** Restores a backup into an empty store, or replaces the stored data with it. @throws CONFIG_INVALID, STORE_NOT_EMPTY */
export async function restore(
  { config, log }: Process,
  file: string,
  { replace = false }: { replace?: boolean },
): Promise<void> {
  // The whole backup is read and verified before the store is opened.
  const backup = await openBackup(path.resolve(config.directory, file));
  const settings = weightSettings(config);
  try {
    if (backup.weights.length > 0 && settings.kind === "in-place") {
      const received = "in-place, which stores no files, but the backup contains weight files";
      throw failure("CONFIG_INVALID", {
        where: "RANKSCOPE_WEIGHTS",
        received,
        allowed: "a folder or s3://bucket/prefix",
      });
    }
    const store = await openStore(config, { purpose: "restore", exclusive: true, log });
    const weights = await openWeightStore(settings);
    try {
      // Weight files are stored by their hash. If the restore fails after this, they stay unreferenced and do no harm.
      await storeWeights(backup, weights, config.dataDirectory);
      const { migrated } = await restoreBackup(store.url, backup, { replace, actor: thisActor() });
      printLines(restoreSummary(backup, migrated));
      const files = await store.sql<WeightFile[]>`select hash, size, path from weight_file order by hash`;
      printLines(await weightSummary(files, weights));
    } finally {
      await weights.close();
      await store.close();
    }
  } finally {
    backup.close();
  }
}

async function storeWeights(backup: Backup, weights: WeightStore, folder: string): Promise<void> {
  if (backup.weights.length === 0) return;
  const temporary = await mkdtemp(path.join(folder, "restore-"));
  try {
    for (const hash of backup.weights) {
      const file = path.join(temporary, hash);
      await pipeline(backup.readWeights(hash), createWriteStream(file));
      await weights.keep({ hash, size: (await stat(file)).size, path: file });
      await rm(file);
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function restoreSummary({ manifest }: Backup, migrated: readonly string[]): string[] {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  return [
    `Restored ${rows} rows of ${manifest.tables.length} tables, as they were at ${manifest.madeAt}.`,
    ...(migrated.length === 0 ? [] : [`Migrated from Rankscope ${manifest.madeBy}: ${migrated.join(", ")}.`]),
  ];
}

/** Reports the weight files that this machine cannot read. Results that are not computed yet need them. */
async function weightSummary(files: readonly WeightFile[], weights: WeightStore): Promise<string[]> {
  const missing: string[] = [];
  for (const file of files.filter(({ size }) => size > 0)) {
    await weights.read(file, 0, 1).catch(() => missing.push(file.path));
  }
  if (missing.length === 0) return [`All ${files.length} weight files can be read.`];
  return [
    `${missing.length} of ${files.length} weight files cannot be read from this machine. Results that need them and are not stored cannot be computed:`,
    ...missing.slice(0, MAX_LISTED_FILES).map((name) => `  ${name}`),
    ...(missing.length > MAX_LISTED_FILES ? [`  and ${missing.length - MAX_LISTED_FILES} more`] : []),
  ];
}
