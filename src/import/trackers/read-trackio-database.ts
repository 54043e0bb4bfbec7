import { parsePythonJson } from "../json/parse-python-json.js";
import type { RunLog } from "../logs/run-log.js";
import type { SqliteTables } from "../sqlite/read-sqlite.js";
import { RunCollection } from "../sqlite/run-collection.js";
import type { SqliteValue } from "../sqlite/decode-record.js";

/** Returns whether a database is Trackio's. */
export function isTrackioDatabase(tables: SqliteTables): boolean {
  return tables.has("metrics") && tables.has("configs");
}

/**
 * Reads the runs of a Trackio project: a row per logged step with its metrics as JSON, and a configuration per run. Older
 * databases identify runs by name.
 *
 * @throws DATABASE_INVALID
 */
export async function readTrackioDatabase(tables: SqliteTables, where: string): Promise<RunLog[]> {
  const runs = new RunCollection(where);
  const runOf = (id: SqliteValue | undefined, name: SqliteValue | undefined) => {
    if (typeof name !== "string") return undefined;
    const key = id ?? name;
    return runs.get(key) ?? runs.add(key, name);
  };
  await tables.forEachRow("configs", ["run_id", "run_name", "config"], ([id, name, config]) => {
    const run = runOf(id, name);
    for (const [key, value] of membersOf(config)) {
      if (!key.startsWith("_")) run?.addSetting(key, value);
    }
  });
  const columns = ["run_id", "run_name", "step", "timestamp", "metrics"];
  await tables.forEachRow("metrics", columns, ([id, name, step, timestamp, metrics]) => {
    const run = runOf(id, name);
    if (run === undefined || typeof step !== "number") return;
    const milliseconds = typeof timestamp === "string" ? Date.parse(timestamp) : NaN;
    const wallTime = Number.isFinite(milliseconds) ? milliseconds / 1000 : null;
    run.startedAt ??= wallTime;
    for (const [key, value] of membersOf(metrics)) {
      const number = value === "NaN" ? NaN : value;
      if (typeof number === "number") run.addPoint(key, step, number, wallTime);
    }
  });
  return runs.build();
}

/** Returns the members of an object as JSON, which newer versions store as bytes; none for anything else. */
function membersOf(json: SqliteValue | undefined): [string, unknown][] {
  const text = json instanceof Uint8Array ? new TextDecoder().decode(json) : json;
  if (typeof text !== "string") return [];
  try {
    const value = parsePythonJson(text);
    return typeof value === "object" && value !== null ? Object.entries(value) : [];
  } catch {
    return [];
  }
}
