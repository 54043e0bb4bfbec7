import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { sendQuery } from "../chaos/send-query.js";
import { openSoakStage, type SoakStage } from "./soak-stage.js";

const RUNS = 100_000;
const METRICS = 10;
const POLL_MILLISECONDS = 200;

/** Imports the documented maximum of runs, with ten metrics each, and prints how long it takes. @returns false if a value is missing */
export async function importLimit(): Promise<boolean> {
  const stage = await openSoakStage();
  try {
    const folder = path.join(stage.root, "limit");
    await mkdir(folder);
    await writeFile(path.join(folder, "results.csv"), table());
    const start = performance.now();
    const input = `{ folder: ${JSON.stringify(folder)}, slug: "limit", waitSeconds: 0 }`;
    const sent = await sendQuery(stage.server.address, `mutation { importStudy(input: ${input}) { job { id } } }`);
    if (sent.kind !== "answered") throw new Error(`the import is ${sent.kind}: ${sent.reason}`);
    while (await isRunning(stage)) await sleep(POLL_MILLISECONDS);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const [stored] = await stage.sql<{ runs: number; metrics: number }[]>`
      select count(distinct experiment.id)::int as runs, count(*)::int as metrics
      from metric join experiment on experiment.id = experiment_id join study on study.id = study_id where slug = 'limit'`;
    console.log(`${stored?.runs} runs with ${stored?.metrics} metrics were imported in ${seconds} s.`);
    return stored?.runs === RUNS && stored.metrics === RUNS * METRICS;
  } finally {
    await stage.close();
  }
}

async function isRunning({ sql }: SoakStage): Promise<boolean> {
  const [running] = await sql`select 1 from job where kind = 'IMPORT' and finished_at is null`;
  return running !== undefined;
}

function table(): string {
  const metrics = Array.from({ length: METRICS }, (_, i) => `metric_${i}`);
  const rows = Array.from({ length: RUNS }, (_, run) => {
    const bits = run % 2 === 0 ? 16 : 4;
    const rank = 1 + (Math.floor(run / 2) % 200);
    const values = metrics.map((_name, i) => (2 + Math.sin(run * METRICS + i)).toFixed(6));
    return [`${bits}bit_r${rank}_run${run}`, rank, `${bits}bit`, ...values].join(",");
  });
  return `${["run", "rank", "quantization", ...metrics].join(",")}\n${rows.join("\n")}\n`;
}
