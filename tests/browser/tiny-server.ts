import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { buildSchema, graphql } from "graphql";
import { playground } from "#src/serve/playground.js";

/** What the playground asks of any server, and one study's field more. */
const SCHEMA = buildSchema(`
  "Everything that can be asked."
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
`);

export interface TinyServer {
  readonly address: string;
  /** From the next request on. */
  setSlugs(slugs: readonly string[]): void;
  /** Every operation fails from now on. */
  breakDown(): void;
  close(): Promise<void>;
}

/** The real playground before a schema of the tests' own, on a free port of loopback. */
export async function serveTiny(slugs: readonly string[]): Promise<TinyServer> {
  let current = slugs;
  let isBroken = false;
  const experiments = { nodes: [2, 4].map((r) => ({ id: `run ${r}`, hasWeights: true, rank: { r } })) };
  const study = (slug: string) => ({ slug, name: "Tiny", baseModel: null, ranks: [{ r: 2 }, { r: 4 }], experiments });
  const rootValue = {
    studies: () => ({ totalCount: current.length, nodes: current.map(study) }),
    study: ({ slug }: { slug: string }) => (current.includes(slug) ? study(slug) : null),
  };
  const app = express();
  app.post("/graphql", express.json(), async (request, response) => {
    if (isBroken) return void response.json({ errors: [{ message: "broken for a test" }] });
    const { query, variables } = request.body as { query: string; variables?: Record<string, unknown> };
    response.json(await graphql({ schema: SCHEMA, source: query, rootValue, variableValues: variables ?? {} }));
  });
  app.use(playground());
  const http = createServer(app).listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    setSlugs: (next) => {
      current = next;
    },
    breakDown: () => {
      isBroken = true;
    },
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
