import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { print } from "../bench/print.js";
import { seedWorstStudy, type WorstSize } from "./seed-worst-study.js";
import { openSoakStage, type SoakStage } from "./soak-stage.js";
import { worstQueries } from "./worst-queries.js";

const SLUG = "worst-study";
/** Interval at which another client asks for /healthz. */
const PROBE_MILLISECONDS = 20;
/** Time after which a query is given up and counts as failed: a little more than the deadline of requests. */
const PATIENCE_MILLISECONDS = 40_000;
/** The delay is written to a file every second. */
const WRITTEN_MILLISECONDS = 1100;

export interface WorstOptions extends WorstSize {
  /** Maximum delay of the event loop in milliseconds. */
  readonly maxDelay: number;
}

/**
 * Sends the most expensive admitted queries about a large study, one after the other, while another client asks for /healthz.
 * Prints the longest delay of the server's event loop during each.
 *
 * @returns false if a delay exceeds the maximum
 */
export async function worst({ maxDelay, ...size }: WorstOptions): Promise<boolean> {
  const stage = await openSoakStage();
  try {
    await seedWorstStudy(stage, SLUG, size);
    const rows: string[][] = [];
    let longest = 0;
    for (const { name, body } of worstQueries(SLUG)) {
      const { delay, health, seconds, outcome } = await measureQuery(stage, body);
      longest = Math.max(longest, delay);
      console.log(`${name}: ${delay.toFixed(0)} ms (${outcome})`);
      rows.push([name, `${delay.toFixed(0)} ms`, `${health.toFixed(0)} ms`, `${seconds.toFixed(1)} s`, outcome]);
    }
    print(
      "Longest delay of the event loop during the most expensive admitted queries",
      `${size.runs} runs, ${size.ranks} ranks, ${size.layers} layers`,
      [["query", "event loop", "/healthz", "response", "outcome"], ...rows],
    );
    console.log(`\nLongest delay: ${longest.toFixed(0)} ms (maximum: ${maxDelay} ms).`);
    return longest <= maxDelay;
  } finally {
    await stage.close();
  }
}

interface MeasuredQuery {
  /** Longest delay of the event loop in milliseconds. */
  readonly delay: number;
  /** Longest time of a health check in milliseconds. */
  readonly health: number;
  readonly seconds: number;
  readonly outcome: string;
}

async function measureQuery({ server, loopDelay }: SoakStage, body: string): Promise<MeasuredQuery> {
  const stop = new AbortController();
  process.kill(server.pid, "SIGUSR2");
  const health = probeHealth(server.address, stop.signal);
  const start = performance.now();
  const outcome = await send(server.address, body);
  const seconds = (performance.now() - start) / 1000;
  stop.abort();
  await sleep(WRITTEN_MILLISECONDS);
  return { delay: (await loopDelay()).max, health: await health, seconds, outcome };
}

async function send(address: string, body: string): Promise<string> {
  try {
    const headers = { "content-type": "application/json" };
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    const response = await fetch(new URL("/graphql", address), { method: "POST", headers, body, signal });
    const text = await response.text();
    return /"code":"(\w+)"/.exec(text)?.[1] ?? `${response.status}, ${(text.length / 1e6).toFixed(1)} MB`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Asks for /healthz until `signal` is aborted. Returns the longest time in milliseconds. */
async function probeHealth(address: string, signal: AbortSignal): Promise<number> {
  let longest = 0;
  while (!signal.aborted) {
    const start = performance.now();
    await fetch(new URL("/healthz", address)).then((response) => response.text());
    longest = Math.max(longest, performance.now() - start);
    await sleep(PROBE_MILLISECONDS);
  }
  return longest;
}
