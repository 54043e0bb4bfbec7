import { availableParallelism } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeRandomStudy } from "../../tests/support/random-study.js";
import { print } from "../bench/print.js";
import { ask } from "../chaos/ask.js";
import { dashboardQuestions } from "./questions.js";
import { openClients, openSoakStage, quantile, type ClientGroup, type SoakStage } from "./soak-stage.js";

/** How often a dashboard asks one of its questions: six panels, each anew every half minute. */
const DASHBOARD_MILLISECONDS = 5000;
/** A person who clicks. */
const PERSON_MILLISECONDS = 100;
const MOST_RATIO = 5;

/** Measures a person's answers alone, and beside dashboards, an import and a precomputation; false above the aim. */
export async function mixed({ seconds, dashboards }: { seconds: number; dashboards: number }): Promise<boolean> {
  const stage = await openSoakStage();
  try {
    const { ids, root } = stage;
    await writeRandomStudy(path.join(root, "more"), { runs: 24, layers: 8, rank: 16, features: 512 });
    // Without what waits for weights: its time is the computation's.
    const questions = dashboardQuestions("reference-study", ids).slice(0, -1);
    const person = { name: "person", clients: 1, pause: PERSON_MILLISECONDS, questions };
    const others = { name: "dashboards", clients: dashboards, pause: DASHBOARD_MILLISECONDS, questions };
    await measure(stage, [person], 3);
    const alone = await measure(stage, [person], Math.ceil(seconds / 3));
    const crowd = await measure(stage, [person, others], Math.ceil(seconds / 3));
    const stop = new AbortController();
    const work = keepBusy(stage, stop.signal);
    const busy = await measure(stage, [person, others], Math.ceil(seconds / 3));
    stop.abort();
    const { imports, precomputations } = await work;
    const ratio = (found: Measured) => `${(found.p95 / alone.p95).toFixed(2)} x`;
    const row = (name: string, found: Measured) => [
      name,
      `${found.p50.toFixed(1)} ms`,
      `${found.p95.toFixed(1)} ms`,
      ratio(found),
      `${found.loop.p99.toFixed(0)} ms`,
      `${found.loop.max.toFixed(0)} ms`,
      String(found.failures),
    ];
    print("A person's answers", `${dashboards} dashboards, each asking every ${DASHBOARD_MILLISECONDS / 1000} s`, [
      ["", "p50", "p95", "p95 against alone", "loop p99", "loop max", "failed"],
      row("alone", alone),
      row("beside the dashboards", crowd),
      row("and an import and precomputation", busy),
    ]);
    console.log(`
${imports} imports and ${precomputations} precomputations came to their end meanwhile.
${availableParallelism()} cores for PostgreSQL, server, worker and the clients together: on 2 cores they take turns.
loop: how long the server's event loop was held up.`);
    return busy.p95 / alone.p95 < MOST_RATIO && busy.failures + crowd.failures + alone.failures === 0;
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
  const found = clients.latencies.get("person") ?? [];
  return {
    p50: quantile(found, 0.5),
    p95: quantile(found, 0.95),
    failures: clients.failures(),
    loop: await loopDelay(),
  };
}

/** Imports and precomputes a study of its own, forgets it, and begins anew. */
async function keepBusy({ server, sql, root }: SoakStage, signal: AbortSignal) {
  let [imports, precomputations] = [0, 0];
  const IMPORT = `mutation($folder: String!) { importStudy(input: { folder: $folder, slug: "more", waitSeconds: 30 }) { job { status } } }`;
  const isOn = () => !signal.aborted;
  while (isOn()) {
    const imported = await ask(server.address, IMPORT, { folder: path.join(root, "more") });
    if (imported.kind === "answered" && imported.text.includes("SUCCEEDED")) imports++;
    const asked = await ask(server.address, `mutation { precomputeStudy(slug: "more") { job { id } } }`);
    const id = asked.kind === "answered" ? /"id":"([^"]+)"/.exec(asked.text)?.[1] : undefined;
    while (id !== undefined && isOn()) {
      const [job] = await sql<{ status: string }[]>`select status from job where id = ${id}`;
      if (job?.status === "SUCCEEDED") precomputations++;
      if (job?.status !== "QUEUED" && job?.status !== "RUNNING") break;
      await sleep(50);
    }
    await sql`delete from study where slug = 'more'`;
    await forgetFacts(sql);
  }
  return { imports, precomputations };
}

/**
 * Takes away what was computed of weights that no study has any more. What the dashboards see stays: hypotheses and failure
 * modes read what was computed of the study they show.
 */
async function forgetFacts(sql: SoakStage["sql"]) {
  const facts = { comparison: "left_hash", subspace: "left_hash", spectrum: "hash" };
  for (const [table, hash] of Object.entries(facts)) {
    await sql`
      delete from ${sql(table)} where not exists (
        select from adapter_factors where adapter_factors.hash = split_part(${sql(`${table}.${hash}`)}, '@', 1))`;
  }
}
