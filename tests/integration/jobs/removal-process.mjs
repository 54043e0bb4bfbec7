// Removes what was deleted in a process of its own, which a test kills. It stops at the removal of the first weight file, before or
// after the file is removed, and prints a line there.
import { removeDeleted } from "#src/jobs/removal/removal-loop.js";
import { openLog } from "#src/log.js";
import { openSql } from "#src/store/connection.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";

const { url, directory, stop } = JSON.parse(process.argv[2]);
const weights = await openWeightStore({ kind: "directory", directory });
const sql = openSql(url, { applicationName: "removal test", maxConnections: 1 });

async function remove(file) {
  if (stop === "after the file") await weights.remove(file);
  process.stdout.write("stopped\n");
  await new Promise(() => setInterval(() => undefined, 1000));
}

await removeDeleted({ database: { sql, url }, weights: { remove }, graceSeconds: 0, log: openLog("silent") });
