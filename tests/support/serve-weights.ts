import type { WeightFacts } from "#src/model/weight-facts.js";
import { openLog } from "#src/log.js";
import type { ServerServices } from "#src/http/server-services.js";
import { startServer } from "#src/http/server.js";
import type { Database } from "#src/store/database.js";
import { query } from "./rankscope.js";
import { STILL } from "./still-limits.js";

export interface WeightsServer {
  /** Sends a query. Errors are returned as their messages. */
  ask(source: string, variables?: Record<string, unknown>): Promise<WeightsAnswer>;
  close(): Promise<void>;
}

export interface WeightsAnswer {
  // The query determines the shape, which the tests assert.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
  readonly errors: readonly string[];
}

/** Serves queries over a database and weights computed in this process, without imports or jobs. */
export async function serveWeights(database: Database, weights: WeightFacts): Promise<WeightsServer> {
  const services: Partial<ServerServices> = { database, weights, waitMilliseconds: 60_000, log: openLog("silent") };
  const server = await startServer(services as ServerServices, { host: "127.0.0.1", port: 0, limits: STILL });
  return {
    async ask(source, variables = {}) {
      const { data, errors } = await query(server.address, source, variables);
      return { data, errors: (errors ?? []).map(({ message }) => message) };
    },
    close: () => server.close(),
  };
}
