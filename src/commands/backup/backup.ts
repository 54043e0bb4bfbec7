import path from "node:path";
import { writeBackup } from "../../store/backup/write-backup.js";
import { openStore } from "../../store/database.js";
import { openWeightStore } from "../../weights/open-weight-store.js";
import { megabytes } from "../megabytes.js";
import { ownVersion } from "../own-version.js";
import { print, type Process } from "../process.js";
import { weightSettings } from "../weight-settings.js";

/** Writes all that is stored, as it is at one moment, to a new file; a running server goes on meanwhile. */
export async function backup(
  { config, log }: Process,
  file: string,
  { weights: withWeights = false }: { weights?: boolean },
): Promise<void> {
  const store = await openStore(config, { purpose: "backup", exclusive: false, log });
  const weights = withWeights ? await openWeightStore(weightSettings(config)) : undefined;
  try {
    const place = path.resolve(config.directory, file);
    const manifest = await writeBackup(store.url, place, { madeBy: ownVersion(), weights });
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    const { files, bytes, included } = manifest.weights;
    print(
      `Wrote ${rows} rows of ${manifest.tables.length} tables to ${place}.`,
      included
        ? `With ${files} weight files, ${megabytes(bytes)}.`
        : `Without the ${files} weight files (${megabytes(bytes)}) that it names: copy them from RANKSCOPE_WEIGHTS, or use --weights.`,
    );
  } finally {
    await weights?.close();
    await store.close();
  }
}
