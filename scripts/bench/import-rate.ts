import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { Client } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { readFolder } from "#src/import/read-folder.js";
import { morePrecise } from "#src/import/assemble/more-precise.js";
import { openLog } from "#src/log.js";
import { openDatabase, type Database } from "#src/store/database.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";
import { migrate } from "#src/store/schema/migrate.js";
import { storeStudies } from "#src/store/write/store-studies.js";
import { print, ratio } from "./print.js";

const RUNS = 2000;
const POINTS = 100;
const RANKS = [2, 4, 8, 16, 32];
const ROUNDS = 3;

/** The tables that such an import fills, each after those that it refers to. */
const TABLES = ["study", "rank", "experiment", "experiment_setting", "metric", "metric_series"];

interface Seconds {
  readonly read: number;
  readonly store: number;
  readonly copy: number;
}

/** Prints how fast runs are imported, compared with COPY of the same rows into the same tables. The best of three rounds counts. */
export async function printImportRate(): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), "rankscope-bench-"));
  const dataDirectory = path.join(root, "postgres");
  await mkdir(dataDirectory);
  const postgres = await startEmbeddedPostgres({ dataDirectory, purpose: "bench", log: openLog("warn") });
  const database = openDatabase(postgres.url, { applicationName: "bench", maxConnections: 2 });
  try {
    await migrate(postgres.url);
    const folder = path.join(root, "runs");
    await writeRuns(folder);
    const rounds: Seconds[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(database, postgres.url, folder));
    printSeconds({
      read: Math.min(...rounds.map(({ read }) => read)),
      store: Math.min(...rounds.map(({ store }) => store)),
      copy: Math.min(...rounds.map(({ copy }) => copy)),
    });
  } finally {
    await database.close();
    await postgres.stop();
    await rm(root, { recursive: true });
  }
}

function printSeconds({ read, store, copy }: Seconds): void {
  const rate = (seconds: number): string => `${(RUNS / seconds).toFixed(0)} runs/s`;
  print("Import", `${RUNS} runs with a curve of ${POINTS} points each`, [
    ["", "rate", "rate / COPY"],
    ["read and store", rate(read + store), ratio(copy, read + store)],
    ["    read", rate(read), ratio(copy, read)],
    ["    store", rate(store), ratio(copy, store)],
    ["COPY of the same rows", rate(copy), ""],
  ]);
}

/** Writes a trainer_state.json per run. */
async function writeRuns(folder: string): Promise<void> {
  for (let i = 0; i < RUNS; i++) {
    const rank = RANKS[i % RANKS.length] ?? 8;
    const run = path.join(folder, `${i % 2 === 0 ? "16bit" : "4bit"}_r${rank}_s${i}`);
    await mkdir(run, { recursive: true });
    const history = Array.from({ length: POINTS }, (_, j) => ({ step: (j + 1) * 10, loss: 3 - j / POINTS + i / RUNS }));
    const end = { step: POINTS * 10, train_loss: 2 + i / RUNS, train_runtime: 100 };
    const state = { global_step: POINTS * 10, max_steps: POINTS * 10, log_history: [...history, end] };
    await writeFile(path.join(run, "trainer_state.json"), JSON.stringify(state));
  }
}

async function measure(database: Database, url: string, folder: string): Promise<Seconds> {
  const { sql } = database;
  const [read, { studies }] = await timed(() => readFolder(folder));
  const [store] = await timed(() => storeStudies(database, studies, { morePrecise }));
  const [counted] = await sql<{ points: number }[]>`select sum(cardinality(steps))::int as points from metric_series`;
  if (counted?.points !== RUNS * POINTS) throw new Error(`${counted?.points ?? 0} points were imported`);
  return { read, store, copy: await copyAgain(url) };
}

/** Replaces the rows of the tables by the same ones, and returns how long COPY took. The tables are empty afterwards. */
async function copyAgain(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const rows: { readonly table: string; readonly content: Buffer }[] = [];
    for (const table of TABLES) {
      rows.push({ table, content: await buffer(client.query(copyTo(`copy ${table} to stdout`))) });
    }
    await client.query("delete from study");
    const [seconds] = await timed(async () => {
      await client.query("begin");
      for (const { table, content } of rows) {
        await pipeline(Readable.from([content]), client.query(copyFrom(`copy ${table} from stdin`)));
      }
      await client.query("commit");
    });
    await client.query("delete from study");
    return seconds;
  } finally {
    await client.end();
  }
}

async function timed<Result>(run: () => Promise<Result>): Promise<[seconds: number, result: Result]> {
  const start = performance.now();
  const result = await run();
  return [(performance.now() - start) / 1000, result];
}
