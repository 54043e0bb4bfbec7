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
/** In how many turns the requests are sent: what else the machine does meanwhile then falls on all loads alike. */
const TURNS = 4;

/** Measures several loads, turn and turn about, on connections that are kept; the answers must have no errors. */
export async function measure(
  loads: readonly Load[],
  { requests }: { readonly requests: number },
): Promise<Measured[]> {
  const perTurn = Math.ceil(requests / TURNS);
  const found = loads.map((load) => ({ load, times: [] as number[], seconds: 0, next: 0 }));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const one of found) {
      // A server hangs up on connections that rest for the length of the others' turns.
      const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
      const ask = () => send(agent, one.load, one.next++);
      try {
        for (let i = 0; i < (turn === 0 ? WARM_UP : 1); i++) await ask();
        for (let i = 0; i < perTurn; i++) {
          const began = performance.now();
          await ask();
          one.times.push(performance.now() - began);
        }
        const began = performance.now();
        const end = one.next + perTurn;
        const sender = async () => {
          while (one.next < end) await ask();
        };
        await Promise.all(Array.from({ length: AT_ONCE }, sender));
        one.seconds += (performance.now() - began) / 1000;
      } finally {
        agent.destroy();
      }
    }
  }
  return found.map(({ times, seconds }) => {
    times.sort((left, right) => left - right);
    return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), throughput: (TURNS * perTurn) / seconds };
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
          else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 2000)}`));
        });
      },
    );
    sent.on("error", reject).end(body);
  });
}
