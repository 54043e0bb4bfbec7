import { availableParallelism } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeRandomStudy } from "../../tests/support/random-study.js";
import { print } from "../bench/print.js";
import { sendQuery } from "../chaos/send-query.js";
import { dashboardQueries } from "./dashboard-queries.js";
import { openClients, openSoakStage, quantile, type ClientGroup, type SoakStage } from "./soak-stage.js";

/** Pause of a dashboard between two queries. Each of its six panels is refreshed every half minute. */
const DASHBOARD_MILLISECONDS = 5000;
/** Pause of an interactive user between two queries. */
const USER_MILLISECONDS = 100;
const MAX_RATIO = 5;

/**
 * Measures the latency of an interactive user alone, beside dashboards, and beside dashboards, imports and precomputations.
 *
 * @returns false if the 95th percentile rises by MAX_RATIO or more, or a request fails
 */
export async function mixed({ seconds, dashboards }: { seconds: number; dashboards: number }): Promise<boolean> {
  const stage = await openSoakStage();
  try {
    const { ids, root } = stage;
    await writeRandomStudy(path.join(root, "more"), { runs: 24, layers: 8, rank: 16, features: 512 });
    // Leave out the last query, which waits for weights: its latency is the time of the computation.
    const queries = dashboardQueries("reference-study", ids).slice(0, -1);
    const user = { name: "user", clients: 1, pause: USER_MILLISECONDS, queries };
    const others = { name: "dashboards", clients: dashboards, pause: DASHBOARD_MILLISECONDS, queries };
    await measure(stage, [user], 3);
    const alone = await measure(stage, [user], Math.ceil(seconds / 3));
    const crowd = await measure(stage, [user, others], Math.ceil(seconds / 3));
    const stop = new AbortController();
    const work = keepBusy(stage, stop.signal);
    const busy = await measure(stage, [user, others], Math.ceil(seconds / 3));
    stop.abort();
    const { imports, precomputations } = await work;
    const ratio = (measured: Measured) => `${(measured.p95 / alone.p95).toFixed(2)} x`;
    const row = (name: string, measured: Measured) => [
      name,
      `${measured.p50.toFixed(1)} ms`,
      `${measured.p95.toFixed(1)} ms`,
      ratio(measured),
      `${measured.loop.p99.toFixed(0)} ms`,
      `${measured.loop.max.toFixed(0)} ms`,
      String(measured.failures),
    ];
    print(
      "Latency of an interactive user",
      `${dashboards} dashboards, one query each every ${DASHBOARD_MILLISECONDS / 1000} s`,
      [
        ["", "p50", "p95", "p95 relative to alone", "loop p99", "loop max", "failed"],
        row("alone", alone),
        row("beside dashboards", crowd),
        row("beside dashboards, imports and precomputations", busy),
      ],
    );
    console.log(`
${imports} imports and ${precomputations} precomputations succeeded meanwhile.
PostgreSQL, server, worker and clients share ${availableParallelism()} cores.
loop: delay of the server's event loop.`);
    return busy.p95 / alone.p95 < MAX_RATIO && busy.failures + crowd.failures + alone.failures === 0;
  } finally {
    await stage.close();
  }
}

interface Measured {
  readonly p50: number;
  readonly p95: number;
  readonly failures: number;
  readonly loop: { readonly p99: number; readonly max: number };
}

async function measure(
  { server, loopDelay }: SoakStage,
  groups: readonly ClientGroup[],
  seconds: number,
): Promise<Measured> {
  process.kill(server.pid, "SIGUSR2");
  const clients = openClients(server.address, groups);
  await sleep(seconds * 1000);
  clients.close();
  const latencies = clients.latencies.get("user") ?? [];
  return {
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    failures: clients.failures(),
    loop: await loopDelay(),
  };
}

/** Imports, precomputes and deletes a separate study repeatedly until `signal` is aborted. */
async function keepBusy({ server, sql, root }: SoakStage, signal: AbortSignal) {
  let imports = 0;
  let precomputations = 0;
  const IMPORT = `mutation($folder: String!) { importStudy(input: { folder: $folder, slug: "more", waitSeconds: 30 }) { job { status } } }`;
  const isRunning = () => !signal.aborted;
  while (isRunning()) {
    const imported = await sendQuery(server.address, IMPORT, { folder: path.join(root, "more") });
    if (imported.kind === "answered" && imported.text.includes("SUCCEEDED")) imports++;
    const started = await sendQuery(server.address, `mutation { precomputeStudy(slug: "more") { job { id } } }`);
    const id = started.kind === "answered" ? /"id":"([^"]+)"/.exec(started.text)?.[1] : undefined;
    while (id !== undefined && isRunning()) {
      const [job] = await sql<{ status: string }[]>`select status from job where id = ${id}`;
      if (job?.status === "SUCCEEDED") precomputations++;
      if (job?.status !== "QUEUED" && job?.status !== "RUNNING") break;
      await sleep(50);
    }
    await sql`delete from study where slug = 'more'`;
    await deleteUnusedFacts(sql);
  }
  return { imports, precomputations };
}

/**
 * Deletes stored facts about weights that no study contains any more. Facts about the study of the dashboards stay, because
 * hypotheses and failure modes use them.
 */
async function deleteUnusedFacts(sql: SoakStage["sql"]) {
  const facts = { comparison: "left_hash", subspace: "left_hash", spectrum: "hash" };
  for (const [table, hash] of Object.entries(facts)) {
    await sql`
      delete from ${sql(table)} where not exists (
        select from adapter_factors where adapter_factors.hash = split_part(${sql(`${table}.${hash}`)}, '@', 1))`;
  }
}
