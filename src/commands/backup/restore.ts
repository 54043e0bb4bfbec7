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
import { print, type Process } from "../process.js";
import { weightSettings } from "../weight-settings.js";

/** Weight files that are named where they are missing; all are counted. */
const NAMED_FILES = 3;

/** Puts a backup in the place of what is stored; refuses where something is, unless it is to be replaced. */
export async function restore(
  { config, log }: Process,
  file: string,
  { replace = false }: { replace?: boolean },
): Promise<void> {
  // Before anything is opened, let alone changed, the file is read from end to end.
  const backup = await openBackup(path.resolve(config.directory, file));
  const settings = weightSettings(config);
  try {
    if (backup.weights.length > 0 && settings.kind === "in-place") {
      const received = "in-place, which keeps no files, and a backup that holds weight files";
      throw failure("CONFIG_INVALID", {
        where: "RANKSCOPE_WEIGHTS",
        received,
        allowed: "a folder or s3://bucket/prefix",
      });
    }
    const store = await openStore(config, { purpose: "restore", exclusive: true, log });
    const weights = await openWeightStore(settings);
    try {
      // Kept by content: where what follows fails, nothing points to them.
      await keepWeights(backup, weights, config.dataDirectory);
      const { migrated } = await restoreBackup(store.url, backup, { replace });
      print(...summary(backup, migrated));
      const files = await store.sql<WeightFile[]>`select hash, size, path from weight_file order by hash`;
      print(...(await missingWeights(files, weights)));
    } finally {
      await weights.close();
      await store.close();
    }
  } finally {
    backup.close();
  }
}

async function keepWeights(backup: Backup, weights: WeightStore, folder: string): Promise<void> {
  if (backup.weights.length === 0) return;
  const place = await mkdtemp(path.join(folder, "restore-"));
  try {
    for (const hash of backup.weights) {
      const one = path.join(place, hash);
      await pipeline(backup.readWeights(hash), createWriteStream(one));
      await weights.keep({ hash, size: (await stat(one)).size, path: one });
      await rm(one);
    }
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

function summary({ manifest }: Backup, migrated: readonly string[]): string[] {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  return [
    `Restored ${rows} rows of ${manifest.tables.length} tables, as they were at ${manifest.madeAt}.`,
    ...(migrated.length === 0 ? [] : [`Brought forward from Rankscope ${manifest.madeBy}: ${migrated.join(", ")}.`]),
  ];
}

/** Answers that are not computed yet need the weights themselves: says which cannot be read from here. */
async function missingWeights(files: readonly WeightFile[], weights: WeightStore): Promise<string[]> {
  const missing: string[] = [];
  for (const file of files.filter(({ size }) => size > 0)) {
    await weights.read(file, 0, 1).catch(() => missing.push(file.path));
  }
  if (missing.length === 0) return [`All ${files.length} weight files can be read.`];
  return [
    `${missing.length} of ${files.length} weight files cannot be read from here; what needs them and was not computed before cannot be answered:`,
    ...missing.slice(0, NAMED_FILES).map((name) => `  ${name}`),
    ...(missing.length > NAMED_FILES ? [`  and ${missing.length - NAMED_FILES} more`] : []),
  ];
}
