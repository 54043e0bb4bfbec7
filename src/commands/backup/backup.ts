import path from "node:path";
import { writeBackup } from "../../store/backup/write-backup.js";
import { recordAudit } from "../../store/audit/record-audit.js";
import { openStore } from "../../store/database.js";
import { openWeightStore } from "../../weights/open-weight-store.js";
import { thisActor } from "../os-user.js";
import { packageVersion, print, type Process } from "../process.js";
import { weightSettings } from "../weight-settings.js";

/** Writes a consistent snapshot of the store to a new file. A running server is not interrupted. */
export async function backup(
  { config, log }: Process,
  file: string,
  { weights: withWeights = false }: { weights?: boolean },
): Promise<void> {
  const store = await openStore(config, { purpose: "backup", exclusive: false, log });
  const weights = withWeights ? await openWeightStore(weightSettings(config)) : undefined;
  try {
    const target = path.resolve(config.directory, file);
    // Before it is written: an interrupted backup has copied data, too.
    const details = { file: target, weights: withWeights };
    await recordAudit(store.sql, thisActor(), { action: "BACKED_UP", details });
    const manifest = await writeBackup(store.url, target, { madeBy: packageVersion(), weights });
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    const { files, bytes, included } = manifest.weights;
    print(
      `Wrote ${rows} rows of ${manifest.tables.length} tables to ${target}.`,
      included
        ? `Included ${files} weight files, ${megabytes(bytes)}.`
        : `The ${files} weight files (${megabytes(bytes)}) are not included. Copy them from RANKSCOPE_WEIGHTS, or use --weights.`,
    );
  } finally {
    await weights?.close();
    await store.close();
  }
}

/** Formats a number of bytes in units of 10^6 bytes: `12.3 MB`. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
