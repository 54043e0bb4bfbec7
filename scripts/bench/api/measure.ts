import { Agent, request } from "node:http";

/** How long requests took, and how many a second there were. */
export interface Measured {
  /** Milliseconds, of requests one after the other. */
  readonly p50: number;
  readonly p95: number;
  /** Requests a second, eight at a time. */
  readonly throughput: number;
}

export interface Load {
  readonly url: string;
  readonly query: string;
  /** Of the i-th request: different ones, so that nobody can answer from memory what was asked before. */
  variables(i: number): Record<string, unknown>;
}

const WARM_UP = 30;
const AT_ONCE = 8;

/** Measures one operation on connections that are kept; the answers must have no errors. */
export async function measure(load: Load, { requests }: { readonly requests: number }): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  try {
    for (let i = 0; i < WARM_UP; i++) await send(agent, load, i);
    const times: number[] = [];
    for (let i = 0; i < requests; i++) {
      const began = performance.now();
      await send(agent, load, WARM_UP + i);
      times.push(performance.now() - began);
    }
    times.sort((left, right) => left - right);
    const began = performance.now();
    let next = 0;
    const one = async () => {
      while (next < requests) await send(agent, load, next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    const throughput = requests / ((performance.now() - began) / 1000);
    return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), throughput };
  } finally {
    agent.destroy();
  }
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
          else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 2000)}`));
        });
      },
    );
    sent.on("error", reject).end(body);
  });
}
