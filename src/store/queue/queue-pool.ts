import pg from "pg";

/**
 * Connections for graphile-worker; whoever opens them ends them. Its own pool takes its listeners off before it ends its
 * connections (0.17.3, `makeNewPool`): one that PostgreSQL ends at that moment would end this process.
 */
export function openQueuePool(url: string, connections: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: connections, application_name: "rankscope queue" });
  // What was asked on a connection that is lost says so itself; the pool opens another one when it needs one.
  const survive = () => undefined;
  pool.on("error", survive);
  pool.on("connect", (client) => client.on("error", survive));
  return pool;
}
