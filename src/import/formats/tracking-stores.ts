import path from "node:path";
import { readTextFile } from "../folder/read-bounded.js";
import { MAX_LOG_BYTES } from "../limits.js";
import { parseResultMetrics } from "../logs/parse-result-metrics.js";
import type { RunLog } from "../logs/run-log.js";
import { isMlflowDatabase, readMlflowDatabase } from "../mlflow/read-mlflow-database.js";
import { readMlflowRun } from "../mlflow/read-mlflow-run.js";
import type { SettingSource } from "../settings/setting-sources.js";
import { readSqlite, type SqliteTables } from "../sqlite/read-sqlite.js";
import { isOptunaDatabase, readOptunaDatabase } from "../trackers/read-optuna-database.js";
import { isTrackioDatabase, readTrackioDatabase } from "../trackers/read-trackio-database.js";
import { parseWandbConfig } from "../wandb/parse-wandb-config.js";
import { readWandbFile } from "../wandb/read-wandb-file.js";
import { readYamlFile } from "../yaml/parse-yaml.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";
import { evidenceOfNamedRun } from "./run-log-evidence.js";

/** `run-ID.wandb`: the record of a W&B run. Offline runs have only this file. */
export const WANDB_FILE: ResultFormat<TableEvidence> = {
  name: "W&B run",
  gives: ["namedRun"],
  recognises: (fileName) => /\.wandb$/.test(fileName),
  async read({ path: file, where }) {
    return evidenceOfNamedRun(await readWandbFile(file, where), "wandb");
  },
};

const WANDB_FILES = /(?:^|\/)(?:offline-)?run-[^/]+\/files\//;

/** `files/config.yaml` of a W&B run that was synchronised, with the summary beside it. */
export const WANDB_CONFIG: ResultFormat<TableEvidence> = {
  name: "W&B configuration",
  gives: ["namedRun"],
  recognises: (fileName, where) => fileName === "config.yaml" && WANDB_FILES.test(where),
  async read({ path: file, where }) {
    const config = parseWandbConfig(await readYamlFile(file, where), where);
    const summary = await readSummary(path.dirname(file), path.posix.dirname(where));
    const name = config.settings.get("run_name");
    const id = /run-(?:\d{8}_\d{6}-)?([^/]+)\/files\//.exec(where)?.[1] ?? null;
    return evidenceOfNamedRun({ ...config, name: typeof name === "string" ? name : id, metrics: summary }, "wandb");
  },
};

/** Other files of W&B and MLflow, which are read with the file that describes their run, or not needed. */
export const TRACKING_COMPANION: ResultFormat<TableEvidence> = {
  name: "further files of experiment trackers",
  gives: ["namedRun"],
  recognises: (_, where) =>
    WANDB_FILES.test(where) ||
    /(?:^|\/)wandb\/(?:.*\/logs\/|debug)/.test(where) ||
    /(?:^|\/)(?:\d+|models)\/(?:m-)?[0-9a-f]{32}\/(?:metrics|params|tags|inputs|outputs|artifacts|traces)\//.test(
      where,
    ) ||
    /(?:^|\/)mlruns\/(?:.*\/)?meta\.yaml$/.test(where) ||
    /\.db-(?:wal|shm)$/.test(where),
  read: () => Promise.resolve([]),
};

/** A run of MLflow's file store, by its `meta.yaml`. Metrics, parameters and tags are read from the folders beside it. */
export const MLFLOW_RUN: ResultFormat<TableEvidence> = {
  name: "MLflow run",
  gives: ["namedRun"],
  recognises: (fileName, where) => fileName === "meta.yaml" && /(?:^|\/)\d+\/[0-9a-f]{32}\/meta\.yaml$/.test(where),
  async read({ path: file, where }) {
    const log = await readMlflowRun(path.dirname(file), path.posix.dirname(where));
    return evidenceOfNamedRun({ ...log, name: log.name ?? path.basename(path.dirname(file)) }, "mlflow");
  },
};

/** A database that is recognised by its tables. */
interface KnownDatabase {
  readonly source: SettingSource;
  recognises(tables: SqliteTables): boolean;
  read(tables: SqliteTables, where: string): Promise<RunLog[]>;
}

const DATABASES: readonly KnownDatabase[] = [
  { source: "mlflow", recognises: isMlflowDatabase, read: readMlflowDatabase },
  { source: "optuna", recognises: isOptunaDatabase, read: readOptunaDatabase },
  // Trackio's records are like those of W&B, whose interface it has.
  { source: "wandb", recognises: isTrackioDatabase, read: readTrackioDatabase },
];

/** SQLite databases of MLflow, Optuna and Trackio. Any other database gives nothing. */
export const TRACKING_DATABASE: ResultFormat<TableEvidence> = {
  name: "SQLite database of MLflow, Optuna or Trackio",
  gives: ["namedRun"],
  recognises: (fileName) => /\.(db|sqlite3?)$/i.test(fileName),
  read({ path: file, where }) {
    return readSqlite(file, where, async (tables) => {
      const known = DATABASES.find((database) => database.recognises(tables));
      const logs = known === undefined ? [] : await known.read(tables, where);
      return logs.flatMap((log) => evidenceOfNamedRun(log, known?.source ?? "table"));
    });
  },
};

/** Returns the final metrics of `wandb-summary.json`; none if the run has not written it yet. */
async function readSummary(folder: string, where: string): Promise<ReadonlyMap<string, number>> {
  const name = "wandb-summary.json";
  const text = await readTextFile(path.join(folder, name), `${where}/${name}`, MAX_LOG_BYTES).catch(() => undefined);
  return text === undefined ? new Map() : parseResultMetrics(text, `${where}/${name}`).metrics;
}
