import { fork } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openLog } from "#src/log.js";
import { openSql } from "#src/store/connection.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";
import { openServer, type ServerProcess } from "../chaos/processes.js";
import { sendQuery } from "../chaos/send-query.js";

const CLIENTS = fileURLToPath(new URL("clients.mjs", import.meta.url));
const LOOP_DELAY = fileURLToPath(new URL("loop-delay.mjs", import.meta.url));

/** The delay of an event loop since the last reset, in milliseconds, as loop-delay.mjs writes it. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Maximum processor time of the main thread between two timers; 0 if it is not known. */
  readonly processor: number;
  /** Number of resets so far. */
  readonly resets: number;
  /** Time of the measurement, in milliseconds since 1970. */
  readonly writtenAt: number;
}

export interface SoakStage {
  readonly root: string;
  readonly server: ServerProcess;
  readonly sql: ReturnType<typeof openSql>;
  /** Ids of the example study's experiments. */
  readonly ids: readonly string[];
  /** Reads the delay of the server's event loop since the last reset, in milliseconds. */
  loopDelay(): Promise<LoopDelay>;
  close(): Promise<void>;
}

/** Starts a server with one worker and the example study, as `npm start` does, on a PostgreSQL that this process owns. */
export async function openSoakStage(): Promise<SoakStage> {
  const root = await mkdtemp(path.join(tmpdir(), "rankscope-soak-"));
  const postgres = await startEmbeddedPostgres({ dataDirectory: root, purpose: "soak", log: openLog("silent") });
  const delayFile = path.join(root, "loop-delay.json");
  const server = await openServer(
    {
      DATABASE_URL: postgres.url,
      RANKSCOPE_DATA: root,
      RANKSCOPE_IMPORT_ROOTS: root,
      RANKSCOPE_WORKERS: "1",
      RANKSCOPE_COMPUTE_THREADS: "1",
      RANKSCOPE_LOG: "silent",
      LOOP_DELAY_FILE: delayFile,
    },
    LOOP_DELAY,
  );
  await server.start();
  const sql = openSql(postgres.url, { applicationName: "soak", maxConnections: 2 });
  const outcome = await sendQuery(
    server.address,
    `{ study(slug: "reference-study") { experiments(first: 50) { nodes { id } } } }`,
  );
  if (outcome.kind !== "answered")
    throw new Error(`the query of the example study is ${outcome.kind}: ${outcome.reason}`);
  const { study } = JSON.parse(outcome.text) as { study: { experiments: { nodes: { id: string }[] } } };
  return {
    root,
    server,
    sql,
    ids: study.experiments.nodes.map(({ id }) => id),
    loopDelay: async () => JSON.parse(await readFile(delayFile, "utf8")) as LoopDelay,
    async close() {
      await server.end("SIGTERM");
      await sql.end({ timeout: 1 });
      await postgres.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export interface ClientGroup {
  readonly name: string;
  readonly clients: number;
  /** Milliseconds between a response and the client's next query. */
  readonly pause: number;
  readonly queries: readonly string[];
}

export interface Clients {
  /** Latencies in milliseconds by group, in the order of the responses. */
  readonly latencies: ReadonlyMap<string, number[]>;
  readonly failures: () => number;
  close(): void;
}

/** Starts clients in a separate process. */
export function openClients(address: string, groups: readonly ClientGroup[]): Clients {
  const child = fork(CLIENTS);
  const latencies = new Map<string, number[]>();
  let failures = 0;
  child.on("message", (report: { latencies: Record<string, number[]>; failures: number }) => {
    failures += report.failures;
    for (const [name, received] of Object.entries(report.latencies)) {
      const known = latencies.get(name) ?? [];
      known.push(...received);
      latencies.set(name, known);
    }
  });
  child.send({ address, groups });
  return { latencies, failures: () => failures, close: () => child.disconnect() };
}

/** Returns a process's resident memory in bytes and its open files; undefined if it has ended. Linux only. */
export async function processState(pid: number): Promise<{ memory: number; files: number } | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const memory = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
    return { memory, files: (await readdir(`/proc/${pid}/fd`)).length };
  } catch {
    return undefined;
  }
}

/** Returns the `share` quantile of `values`; NaN if there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
