import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { print } from "../bench/print.js";
import { seedWorstStudy, type WorstSize } from "./seed-worst-study.js";
import { openSoakStage, type LoopDelay, type SoakStage } from "./soak-stage.js";
import { worstQueries, type WorstQuery } from "./worst-queries.js";

const SLUG = "worst-study";
/** Interval at which another client requests /healthz. */
const PROBE_MILLISECONDS = 20;
/** Time after which a query is given up and counts as failed: a little more than the deadline of requests. */
const PATIENCE_MILLISECONDS = 40_000;
/** The event loop's delay is written every second, unless the loop is blocked. */
const READ_MILLISECONDS = 200;
/** Time after which a server whose event loop is still blocked counts as hanging. */
const HANGING_MILLISECONDS = 120_000;

export interface WorstOptions extends WorstSize {
  /** Maximum delay of the event loop in milliseconds. */
  readonly maxDelay: number;
  /** Time after which no further query is sent. */
  readonly minutes: number;
}

/**
 * Sends the most expensive admitted queries about a large study, one after the other, while another client requests /healthz.
 * Prints the longest delay of the server's event loop during each.
 *
 * @returns false if a delay exceeds the maximum, or the time did not suffice for all queries
 */
export async function worst({ maxDelay, minutes, ...size }: WorstOptions): Promise<boolean> {
  const stage = await openSoakStage();
  try {
    await seedWorstStudy(stage, SLUG, size);
    console.log(`A study of ${size.runs} runs, ${size.ranks} ranks and ${size.layers} layers is stored.`);
    const rows: string[][] = [];
    const queries = worstQueries(SLUG);
    const end = performance.now() + minutes * 60_000;
    let longest = 0;
    let longestProcessor = 0;
    for (const { name, ...query } of queries) {
      if (performance.now() > end) break;
      const { delay, processor, health, seconds, outcome } = await measureQuery(stage, query);
      longest = Math.max(longest, delay);
      longestProcessor = Math.max(longestProcessor, processor);
      const times = [delay, processor, health].map((time) => `${time.toFixed(0)} ms`);
      console.log(`${name}: ${times.join(", ")} (${outcome})`);
      rows.push([name, ...times, `${seconds.toFixed(1)} s`, outcome]);
    }
    print(
      "Longest delay of the event loop during the most expensive admitted queries",
      `${size.runs} runs, ${size.ranks} ranks, ${size.layers} layers`,
      [["query", "event loop", "processor", "/healthz", "response", "outcome"], ...rows],
    );
    console.log(
      `\nLongest delay: ${longest.toFixed(0)} ms, of which the server's own work at most ${longestProcessor.toFixed(0)} ms of processor time (maximum: ${maxDelay} ms).`,
    );
    if (rows.length < queries.length) {
      console.log(
        `${queries.length - rows.length} of ${queries.length} queries were not sent within ${minutes} minutes.`,
      );
    }
    return longest <= maxDelay && rows.length === queries.length;
  } finally {
    await stage.close();
  }
}

interface MeasuredQuery {
  /** Longest delay of the event loop in milliseconds. */
  readonly delay: number;
  /** Longest processor time of a turn of the event loop in milliseconds. */
  readonly processor: number;
  /** Longest time of a health check in milliseconds. */
  readonly health: number;
  readonly seconds: number;
  readonly outcome: string;
}

async function measureQuery(stage: SoakStage, query: Omit<WorstQuery, "name">): Promise<MeasuredQuery> {
  const { server } = stage;
  const stop = new AbortController();
  const { resets } = await loopDelayWhen(stage, () => true);
  process.kill(server.pid, "SIGUSR2");
  await loopDelayWhen(stage, (delay) => delay.resets > resets);
  const health = probeHealth(server.address, stop.signal);
  const start = performance.now();
  const outcome = await send(server.address, query);
  const seconds = (performance.now() - start) / 1000;
  const endedAt = Date.now();
  // A blocked event loop measures its delay, and writes it, when it runs again.
  const { max, processor } = await loopDelayWhen(stage, ({ writtenAt }) => writtenAt > endedAt);
  stop.abort();
  return { delay: max, processor, health: await health, seconds, outcome };
}

/** Reads the delay of the event loop until it satisfies `isReady`. @throws where the server's event loop does not run */
async function loopDelayWhen({ loopDelay }: SoakStage, isReady: (delay: LoopDelay) => boolean): Promise<LoopDelay> {
  const end = performance.now() + HANGING_MILLISECONDS;
  while (performance.now() < end) {
    // The file does not exist in the first second of the server.
    const delay = await loopDelay().catch(() => undefined);
    if (delay !== undefined && isReady(delay)) return delay;
    await sleep(READ_MILLISECONDS);
  }
  throw new Error(`The server's event loop has been blocked for ${HANGING_MILLISECONDS / 1000} s.`);
}

async function send(address: string, { path = "/graphql", body }: Omit<WorstQuery, "name">): Promise<string> {
  try {
    const request = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body };
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    const response = await fetch(new URL(path, address), { ...request, signal });
    const text = await response.text();
    return /"code":"(\w+)"/.exec(text)?.[1] ?? `${response.status}, ${(text.length / 1e6).toFixed(1)} MB`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Requests /healthz until `signal` is aborted. Returns the longest time in milliseconds. */
async function probeHealth(address: string, signal: AbortSignal): Promise<number> {
  let longest = 0;
  while (!signal.aborted) {
    const start = performance.now();
    // A probe that is not answered in time counts with the time that it has waited.
    const signalOfProbe = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    await fetch(new URL("/healthz", address), { signal: signalOfProbe }).then(
      (response) => response.text(),
      () => undefined,
    );
    longest = Math.max(longest, performance.now() - start);
    await sleep(PROBE_MILLISECONDS);
  }
  return longest;
}
