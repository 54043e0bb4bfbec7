import pg from "pg";
import { patientSockets, SILENCE_MILLISECONDS } from "../driver/patient-socket.js";

/** A client that listens says something this often within the time of silence, so as not to be taken for lost. */
const PULSES = 3;

/**
 * Connections for graphile-worker; whoever opens them ends them. Its own pool takes its listeners off before it ends its
 * connections (0.17.3, `makeNewPool`): one that PostgreSQL ends at that moment would end this process. Nor does it give up
 * a connection on which nothing has moved for `silence` milliseconds, behind which a worker would wait for ever.
 */
export function openQueuePool(url: string, connections: number, silence = SILENCE_MILLISECONDS): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: "rankscope queue",
    connectionTimeoutMillis: silence,
    stream: patientSockets(silence),
  });
  // What was asked on a connection that is lost says so itself; the pool opens another one when it needs one.
  const survive = () => undefined;
  const pulses = new Map<pg.PoolClient, NodeJS.Timeout>();
  pool.on("error", survive);
  pool.on("connect", (client) => client.on("error", survive));
  pool.on("acquire", (client) => pulses.set(client, setInterval(pulseOf(client), silence / PULSES)));
  const settle = (client: pg.PoolClient) => {
    clearInterval(pulses.get(client));
    pulses.delete(client);
  };
  pool.on("release", (_error, client) => settle(client));
  pool.on("remove", settle);
  return pool;
}

/** Asks something of a client that listens, and so asks nothing itself, unless it has not answered the last time. */
function pulseOf(client: pg.PoolClient): () => void {
  let isAsked = false;
  return () => {
    if (isAsked || client.listenerCount("notification") === 0) return;
    isAsked = true;
    void client.query("select 1").then(
      () => (isAsked = false),
      () => undefined,
    );
  };
}
