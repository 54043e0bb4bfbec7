import type { RunLog } from "../logs/run-log.js";
import type { SqliteTables } from "../sqlite/read-sqlite.js";
import { RunCollection } from "../sqlite/run-collection.js";
import { addMlflowPoint, addMlflowTag } from "./mlflow-values.js";

/** Returns whether a database is MLflow's. */
export function isMlflowDatabase(tables: SqliteTables): boolean {
  return ["runs", "metrics", "params", "tags"].every((table) => tables.has(table));
}

/** Reads the runs of MLflow's database, except deleted ones. @throws DATABASE_INVALID */
export async function readMlflowDatabase(tables: SqliteTables, where: string): Promise<RunLog[]> {
  const runs = new RunCollection(where);
  await tables.forEachRow(
    "runs",
    ["run_uuid", "name", "start_time", "lifecycle_stage"],
    ([id = null, name, start, stage]) => {
      if (typeof id !== "string" || stage === "deleted") return;
      const run = runs.add(id, typeof name === "string" && name !== "" ? name : id);
      run.startedAt = typeof start === "number" ? start / 1000 : null;
    },
  );
  await tables.forEachRow("params", ["run_uuid", "key", "value"], ([id, key, value]) => {
    if (typeof key === "string") runs.get(id)?.addSetting(key, value);
  });
  await tables.forEachRow("tags", ["run_uuid", "key", "value"], ([id, key, value]) => {
    const run = runs.get(id);
    if (run !== undefined && typeof key === "string" && typeof value === "string") addMlflowTag(key, value, run);
  });
  const columns = ["run_uuid", "key", "value", "timestamp", "step", "is_nan"];
  await tables.forEachRow("metrics", columns, ([id, key, value, timestamp, step, isNaNFlag]) => {
    const run = runs.get(id);
    if (run === undefined || typeof key !== "string" || typeof value !== "number") return;
    // The column cannot hold NaN: it has 0, and a flag.
    const number = isNaNFlag === 1 ? NaN : value;
    addMlflowPoint({ name: key, step: Number(step), value: number, milliseconds: Number(timestamp) }, run);
  });
  return runs.build();
}
