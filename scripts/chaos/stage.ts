import { mkdtemp, rm } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { importStudy } from "#src/jobs/import/import-study.js";
import { openLog } from "#src/log.js";
import { openSql } from "#src/store/connection.js";
import { openDatabase } from "#src/store/database.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";
import { migrate } from "#src/store/schema/migrate.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { writeRandomStudy } from "../../tests/support/random-study.js";
import { sendQuery } from "./send-query.js";
import { freezingProxy, type FreezingProxy } from "./freezing-proxy.js";
import { openServer, type ServerProcess } from "./processes.js";

const run = promisify(execFile);
const CLOCK = fileURLToPath(new URL("clock.mjs", import.meta.url));
/** Size of the disk for PostgreSQL's files and the weights. It is small, so that it can be filled quickly. */
const DISK_MEGABYTES = 400;

/** Environment for fault injection: real processes with their own PostgreSQL and, if possible, their own disk. */
export interface Stage {
  readonly data: string;
  /** True if `data` is a separate file system, which can be filled; otherwise the reason why it is not. */
  readonly disk: true | string;
  readonly server: ServerProcess;
  readonly proxy: FreezingProxy;
  /** Direct connection to PostgreSQL, which bypasses the proxy. */
  readonly sql: ReturnType<typeof openSql>;
  /** Folder of a second study, which is not imported yet. */
  readonly second: string;
  close(): Promise<void>;
}

/** Opens a stage with one imported study, `first`, and a server with one worker. */
export async function openStage(): Promise<Stage> {
  const root = await mkdtemp(path.join(tmpdir(), "rankscope-chaos-"));
  const data = path.join(root, "data");
  await run("mkdir", ["-m", "755", data]);
  const disk = await run("mount", ["-t", "tmpfs", "-o", `size=${DISK_MEGABYTES}m,mode=755`, "tmpfs", data]).then(
    (): true => true,
    (error: Error) => `mounting a tmpfs failed: ${error.message.split("\n")[1] ?? error.message}`,
  );
  const log = openLog("silent");
  const postgres = await startEmbeddedPostgres({ dataDirectory: data, purpose: "chaos", log });
  await migrate(postgres.url);
  const second = path.join(root, "second");
  await writeRandomStudy(path.join(root, "first"), { runs: 10, layers: 2, rank: 8, features: 512 });
  await writeRandomStudy(second, { runs: 24, layers: 4, rank: 8, features: 256 });
  const database = openDatabase(postgres.url, { applicationName: "chaos", maxConnections: 1 });
  const weights = await openWeightStore({ kind: "directory", directory: path.join(data, "weights") });
  await importStudy({ database, weights }, { folder: path.join(root, "first"), slug: "first" });
  await weights.close();
  await database.close();
  const proxy = await freezingProxy(postgres.url);
  const server = await openServer(
    {
      DATABASE_URL: proxy.url,
      RANKSCOPE_DATA: data,
      RANKSCOPE_IMPORT_ROOTS: root,
      RANKSCOPE_WORKERS: "1",
      RANKSCOPE_COMPUTE_THREADS: "1",
      // Stored facts are deleted while the server runs, so it may keep none.
      RANKSCOPE_CACHE_MEGABYTES: "0",
      RANKSCOPE_LOG: "silent",
    },
    CLOCK,
  );
  await server.start();
  const sql = openSql(postgres.url, { applicationName: "chaos", maxConnections: 2 });
  return {
    data,
    disk,
    server,
    proxy,
    sql,
    second,
    async close() {
      await server.end("SIGTERM");
      await sql.end({ timeout: 1 });
      proxy.close();
      await postgres.stop();
      if (disk === true) await run("umount", [data]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/**
 * Imports the second study through the server and tries again until it is stored.
 *
 * @returns number of attempts; undefined if the import did not succeed within `milliseconds`
 */
export async function importSecond({ server, second }: Stage, milliseconds: number): Promise<number | undefined> {
  const start = performance.now();
  const IMPORT = `mutation($folder: String!) { importStudy(input: { folder: $folder, slug: "second", waitSeconds: 20 }) {
    job { status } study { slug } } }`;
  for (let attempt = 1; performance.now() - start < milliseconds; attempt++) {
    const outcome = await sendQuery(server.address, IMPORT, { folder: second });
    if (outcome.kind === "answered" && outcome.text.includes('"slug":"second"')) return attempt;
    await sleep(100);
  }
  return undefined;
}

/** Reads all stored facts except ids, times and jobs, so that the results of two runs can be compared. */
export async function storedFacts({ sql }: Pick<Stage, "sql">): Promise<Map<string, string>> {
  const rows = await sql<{ key: string; value: string }[]>`
    select 'comparison ' || left_hash || ' ' || right_hash || ' ' || scaling_ratio || ' ' || kernel_version as key,
      concat_ws(' ', inner_product, left_squared_norm, right_squared_norm, squared_distance, initial_cosine) as value
    from comparison
    union all
    select 'experiment ' || slug || ' ' || e.name, e.method || ' ' || e.quantization_label
    from experiment e join study s on s.id = study_id
    union all
    select 'factors ' || slug || ' ' || e.name || ' ' || coalesce(c.step::text, '-') || ' ' || l.name || ' ' || t.role,
      f.hash || ' ' || f.scaling || ' ' || t.file
    from adapter_factors f join factor_tensor t using (checkpoint_id, layer_id)
    join checkpoint c on c.id = checkpoint_id join experiment e on e.id = experiment_id
    join layer l on l.id = layer_id join study s on s.id = e.study_id
    union all
    select 'file ' || hash, size::text from weight_file`;
  const facts = new Map<string, string>();
  for (const { key, value } of rows) facts.set(facts.has(key) ? `${key} (again)` : key, value);
  return facts;
}
