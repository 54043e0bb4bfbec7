import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { buildSchema, execute, graphql, subscribe, validate } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { playground } from "#src/http/pages.js";

/** The fields that the playground uses, and some more. */
const SCHEMA = buildSchema(`
  "The queries."
  type Query {
    "The studies of this store, the newest first."
    studies(first: Int! = 50): StudyConnection!
    "One study by its slug."
    study(slug: String!): Study
  }
  type StudyConnection { totalCount: Int! nodes: [Study!]! }
  "Runs that belong together."
  type Study { slug: String! name: String! baseModel: String ranks: [Rank!]! experiments(first: Int! = 50): ExperimentConnection! }
  type ExperimentConnection { nodes: [Experiment!]! }
  type Experiment { id: ID! hasWeights: Boolean! rank: Rank! }
  type Rank { r: Int! }
  type Mutation { tag(slug: String!): Boolean! }
  type Subscription { count(to: Int!): Int! }
`);

export interface TinyServer {
  readonly address: string;
  /** Sets the studies, starting with the next request. */
  setSlugs(slugs: readonly string[]): void;
  /** Makes every further operation fail. */
  breakDown(): void;
  /** The authorization of each operation so far, or undefined. Subscriptions send it when they connect. */
  readonly authorizations: readonly { readonly operation: string; readonly authorization: unknown }[];
  close(): Promise<void>;
}

/** Serves the real playground with a test schema, on a free port of the loopback interface. */
export async function serveTiny(slugs: readonly string[]): Promise<TinyServer> {
  let current = slugs;
  let isBroken = false;
  const experiments = { nodes: [2, 4].map((r) => ({ id: `run ${r}`, hasWeights: true, rank: { r } })) };
  const study = (slug: string) => ({ slug, name: "Tiny", baseModel: null, ranks: [{ r: 2 }, { r: 4 }], experiments });
  const rootValue = {
    studies: () => ({ totalCount: current.length, nodes: current.map(study) }),
    study: ({ slug }: { slug: string }) => (current.includes(slug) ? study(slug) : null),
    tag: () => true,
    count: async function* ({ to }: { to: number }) {
      for (let i = 1; i <= to; i++) yield await Promise.resolve({ count: i });
    },
  };
  const authorizations: { operation: string; authorization: unknown }[] = [];
  const app = express();
  app.post("/graphql", express.json(), async (request, response) => {
    if (isBroken) return void response.json({ errors: [{ message: "broken for a test" }] });
    const { query, variables } = request.body as { query: string; variables?: Record<string, unknown> };
    authorizations.push({ operation: query, authorization: request.headers.authorization });
    response.json(await graphql({ schema: SCHEMA, source: query, rootValue, variableValues: variables ?? {} }));
  });
  app.use(playground());
  const http = createServer(app).listen(0, "127.0.0.1");
  await once(http, "listening");
  const sockets = new WebSocketServer({ server: http, path: "/graphql" });
  const subscriptions = useServer(
    {
      schema: SCHEMA,
      // Use the graphql functions of this module: the test runner may have loaded a second copy for the package.
      execute,
      subscribe,
      validate,
      roots: { subscription: rootValue },
      onError: console.error,
      onSubscribe: ({ connectionParams }, _id, { query }) =>
        void authorizations.push({ operation: query, authorization: connectionParams?.["Authorization"] }),
    },
    sockets,
  );
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    setSlugs: (next) => {
      current = next;
    },
    breakDown: () => {
      isBroken = true;
    },
    authorizations,
    close: async () => {
      await subscriptions.dispose();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
