import { Agent, request } from "node:http";

/** Latency and throughput of a load. */
export interface Measured {
  /** Median latency of sequential requests, in milliseconds. */
  readonly p50: number;
  /** 95th percentile of the latency of sequential requests, in milliseconds. */
  readonly p95: number;
  /** Requests per second with eight concurrent requests. */
  readonly throughput: number;
}

export interface Load {
  readonly url: string;
  readonly query: string;
  /** Returns the variables of request `i`. They vary, so that servers cannot answer from a cache. */
  variables(i: number): Record<string, unknown>;
}

const WARM_UP_REQUESTS = 30;
const CONCURRENCY = 8;
/** Number of alternations between the loads, so that other work on the machine affects all of them alike. */
const TURNS = 4;

export interface MeasureOptions {
  /** Number of requests of each load, once one after the other and once concurrently. */
  readonly requests: number;
  /** Time after which no further request is begun: a slow load is measured with fewer. */
  readonly seconds: number;
}

/**
 * Measures several loads in alternation, on keep-alive connections. Prints a dot for each turn of a load.
 *
 * @throws Error if a response contains errors
 */
export async function measure(loads: readonly Load[], { requests, seconds }: MeasureOptions): Promise<Measured[]> {
  const perTurn = Math.ceil(requests / TURNS);
  const millisecondsOfTurn = (seconds * 1000) / TURNS / loads.length;
  const runs = loads.map((load) => ({ load, times: [] as number[], seconds: 0, concurrent: 0, next: 0 }));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const run of runs) {
      // Servers close connections that are idle during the turns of the other loads, so each turn opens new ones.
      const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
      const sendNext = () => send(agent, run.load, run.next++);
      try {
        const began = performance.now();
        const isInTime = (share: number) => performance.now() - began < share * millisecondsOfTurn;
        for (let i = 0; i < (turn === 0 ? WARM_UP_REQUESTS : 1) && isInTime(1 / 3); i++) await sendNext();
        for (let i = 0; i < perTurn && (i === 0 || isInTime(2 / 3)); i++) {
          const sentAt = performance.now();
          await sendNext();
          run.times.push(performance.now() - sentAt);
        }
        const start = performance.now();
        const end = run.next + perTurn;
        const sender = async () => {
          do {
            await sendNext();
            run.concurrent += 1;
          } while (run.next < end && isInTime(1));
        };
        await Promise.all(Array.from({ length: CONCURRENCY }, sender));
        run.seconds += (performance.now() - start) / 1000;
        process.stdout.write(".");
      } finally {
        agent.destroy();
      }
    }
  }
  console.log();
  return runs.map(({ times, concurrent, seconds: busySeconds }) => {
    times.sort((left, right) => left - right);
    return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), throughput: concurrent / busySeconds };
  });
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function send(agent: Agent, { url, query, variables }: Load, i: number): Promise<void> {
  const body = JSON.stringify({ query, variables: variables(i) });
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method: "POST",
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          if (response.statusCode === 200 && !text.includes('"errors":')) resolve();
          else reject(new Error(`${url} responded with ${response.statusCode}: ${text.slice(0, 2000)}`));
        });
      },
    );
    sent.on("error", reject).end(body);
  });
}
