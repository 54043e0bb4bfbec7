import { setTimeout as sleep } from "node:timers/promises";
import { print } from "../bench/print.js";
import { dashboardQueries } from "./dashboard-queries.js";
import { openClients, openSoakStage, processState, quantile } from "./soak-stage.js";
import { trendOf } from "./trend.js";

/** Interval at which stored comparisons are deleted, so that the worker has to compute them again. */
const DELETE_SECONDS = 5;
/** Allowed change over the second half of the run, as a share of the mean. More counts if its interval is above 0. */
const MAX_GROWTH = 0.05;
const MAX_P99_RATIO = 2;
const MAX_FAILURES = 0;

/** Runs the soak test and prints the results. Returns false if a value grew or a request failed. */
export async function soak({ seconds, clients: count }: { seconds: number; clients: number }): Promise<boolean> {
  const stage = await openSoakStage();
  try {
    const { server, sql, ids } = stage;
    const queries = dashboardQueries("reference-study", ids);
    const clients = openClients(server.address, [{ name: "all", clients: count, pause: 0, queries }]);
    const samples: Record<string, number[]> = {};
    const thirds: number[] = [];
    for (let second = 0; second < seconds; second++) {
      await sleep(1000);
      if (second % DELETE_SECONDS === 0) await sql`delete from comparison`;
      const [row] = await sql<{ pid: number }[]>`select pid from worker order by seen_at desc limit 1`;
      const [connections] = await sql<{ n: number }[]>`
        select count(*) as n from pg_stat_activity where application_name like 'rankscope%' or application_name = ''
          and backend_type = 'client backend' and datname = current_database()`;
      const states = {
        server: await processState(server.pid),
        worker: row && (await processState(row.pid)),
      };
      for (const [name, state] of Object.entries(states)) {
        if (state === undefined) continue;
        (samples[`${name}: memory, MB`] ??= []).push(state.memory / 1e6);
        (samples[`${name}: open files`] ??= []).push(state.files);
      }
      (samples["PostgreSQL: connections"] ??= []).push(connections?.n ?? 0);
      if ((second + 1) % Math.ceil(seconds / 3) === 0 || second === seconds - 1) {
        thirds.push(clients.latencies.get("all")?.length ?? 0);
      }
    }
    clients.close();
    const all = clients.latencies.get("all") ?? [];
    const before = quantile(all.slice(0, thirds[0]), 0.99);
    const after = quantile(all.slice(thirds[1]), 0.99);
    const rows = Object.entries(samples).map(([name, values]) => {
      const { mean, change, low, high } = trendOf(values.slice(Math.floor(values.length / 2)));
      const isFlat = change <= MAX_GROWTH * mean || low <= 0;
      return {
        isFlat,
        cells: [name, ...[mean, change, low, high].map((value) => value.toFixed(1)), isFlat ? "flat" : "GROWS"],
      };
    });
    print("Soak", `${seconds} s, ${count} clients, ${all.length} responses; trends over the second half`, [
      ["", "mean", "change", "from", "to (95 %)", ""],
      ...rows.map(({ cells }) => cells),
    ]);
    console.log(`
p99 of the last third relative to the first: ${(after / before).toFixed(2)} x (${before.toFixed(1)} ms, then ${after.toFixed(1)} ms)
failed requests: ${clients.failures()}
The clients run on the same machine and contribute to its load.`);
    return rows.every(({ isFlat }) => isFlat) && after / before < MAX_P99_RATIO && clients.failures() <= MAX_FAILURES;
  } finally {
    await stage.close();
  }
}
