import pg from "pg";
import { patientSockets, SILENCE_MILLISECONDS } from "../driver/patient-socket.js";

/** Statements that a listening client sends within the time of silence, so that it does not count as lost. */
const PULSES = 3;

/**
 * Opens connections for graphile-worker; the caller ends them. graphile-worker's own pool (0.17.3, `makeNewPool`) removes its
 * error listeners before it ends its connections: a connection that PostgreSQL ends at that moment would end this process. It
 * also keeps half-open connections, on which a worker would wait for ever; this pool closes them after `silence` milliseconds.
 */
export function openQueuePool(url: string, connections: number, silence = SILENCE_MILLISECONDS): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: "rankscope queue",
    connectionTimeoutMillis: silence,
    stream: patientSockets(silence),
  });
  // Statements on a lost connection are rejected; the pool opens another connection when it needs one.
  const ignoreError = () => undefined;
  const pulses = new Map<pg.PoolClient, NodeJS.Timeout>();
  pool.on("error", ignoreError);
  pool.on("connect", (client) => client.on("error", ignoreError));
  pool.on("acquire", (client) => pulses.set(client, setInterval(pulseOf(client), silence / PULSES)));
  const settle = (client: pg.PoolClient) => {
    clearInterval(pulses.get(client));
    pulses.delete(client);
  };
  pool.on("release", (_error, client) => settle(client));
  pool.on("remove", settle);
  return pool;
}

/** Returns a function that sends a statement on a client that only listens, unless the last one is unanswered. */
function pulseOf(client: pg.PoolClient): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting || client.listenerCount("notification") === 0) return;
    isWaiting = true;
    void client.query("select 1").then(
      () => (isWaiting = false),
      () => undefined,
    );
  };
}
