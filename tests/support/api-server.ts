import { afterAll, beforeAll } from "vitest";
import { openBehaviourFacts } from "#src/jobs/behaviour/open-behaviour-facts.js";
import { openWeightFacts } from "#src/jobs/open-weight-facts.js";
import { openJobWatch } from "#src/jobs/job-watch.js";
import { openLog } from "#src/log.js";
import { startServer, type ServeOptions } from "#src/http/server.js";
import { openDatabase, type Database } from "#src/store/database.js";
import { openDerivationPool } from "#src/threads/derivation-pool.js";
import { STILL } from "./still-limits.js";
import { countingProxy } from "./counting-proxy.js";
import { freshDatabase } from "./database.js";
import { query, type Answer } from "./rankscope.js";

export interface ApiServer {
  readonly database: Database;
  /** For code that opens its own connections and must close them before the suite ends. */
  readonly databaseUrl: string;
  /** `http://127.0.0.1:<port>/` */
  readonly address: string;
  execute(source: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** Statements that the server has sent to PostgreSQL so far. */
  statements(): number;
}

/**
 * Gives the suite that calls it a server on a database of its own, filled by `fill`. No worker computes: what is not stored
 * stays so, and a query that would queue work is seen by the job that it leaves.
 */
export function apiServer(
  fill: (database: Database) => Promise<unknown>,
  options: Partial<ServeOptions> = {},
): ApiServer {
  const fresh = freshDatabase();
  const log = openLog("silent");
  let running: (Omit<ApiServer, "execute"> & { stop(): Promise<void> }) | undefined;
  const now = () => {
    if (running === undefined) throw new Error("The server exists only while the suite's tests and hooks run.");
    return running;
  };
  beforeAll(async () => {
    const proxy = await countingProxy(fresh.url);
    const database = openDatabase(proxy.url, { applicationName: "api test", maxConnections: 4 });
    await fill(database);
    const watch = openJobWatch(database, log);
    const derivationPool = openDerivationPool();
    const refused = () => Promise.reject(new Error("this server runs no jobs"));
    const server = await startServer(
      {
        database,
        weights: openWeightFacts({ connection: database, watch, log, bounds: options.limits }),
        behaviour: openBehaviourFacts({ connection: database, watch, log, bounds: options.limits }),
        derivationPool,
        waitMilliseconds: 0,
        jobs: { watch, precompute: refused, cancel: refused },
        imports: { start: refused, close: () => Promise.resolve() },
        importRoots: [],
        hubCache: "/nowhere",
        log,
      },
      { host: "127.0.0.1", port: 0, limits: STILL, ...options },
    );
    running = {
      database,
      databaseUrl: fresh.url,
      address: server.address,
      statements: proxy.statements,
      async stop() {
        await server.close();
        await derivationPool.close();
        await watch.close();
        await database.close();
        await proxy.close();
      },
    };
  });
  afterAll(() => running?.stop());
  return {
    get database() {
      return now().database;
    },
    get databaseUrl() {
      return now().databaseUrl;
    },
    get address() {
      return now().address;
    },
    execute: (source, variables) => query(now().address, source, variables),
    statements: () => now().statements(),
  };
}
