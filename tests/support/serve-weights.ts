import type { WeightFacts } from "#src/model/weight-facts.js";
import { openLog } from "#src/log.js";
import type { Limits } from "#src/model/limits.js";
import type { ServerServices } from "#src/http/server-services.js";
import { startServer } from "#src/http/server.js";
import type { Database } from "#src/store/database.js";
import { openDerivationPool, type DerivationPoolSettings } from "#src/threads/derivation-pool.js";
import { query } from "./rankscope.js";
import { STILL } from "./still-limits.js";

export interface WeightsServer {
  readonly address: string;
  /** Sends a query. Errors are returned as their messages. */
  execute(source: string, variables?: Record<string, unknown>): Promise<WeightsAnswer>;
  close(): Promise<void>;
}

export interface WeightsAnswer {
  // The query determines the shape, which the tests assert.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
  readonly errors: readonly string[];
}

export interface WeightsServerOptions {
  readonly limits?: Partial<Limits> | undefined;
  readonly derivations?: DerivationPoolSettings | undefined;
}

/** Serves queries over a database and weights computed in this process, without imports or jobs. */
export async function serveWeights(
  database: Database,
  weights: WeightFacts,
  { limits, derivations }: WeightsServerOptions = {},
): Promise<WeightsServer> {
  const derivationPool = openDerivationPool(derivations);
  const services: Partial<ServerServices> = {
    database,
    weights,
    derivationPool,
    waitMilliseconds: 60_000,
    log: openLog("silent"),
  };
  const server = await startServer(services as ServerServices, {
    host: "127.0.0.1",
    port: 0,
    limits: { ...STILL, ...limits },
  });
  return {
    address: server.address,
    async execute(source, variables = {}) {
      const { data, errors } = await query(server.address, source, variables);
      return { data, errors: (errors ?? []).map(({ message }) => message) };
    },
    async close() {
      await server.close();
      await derivationPool.close();
    },
  };
}
