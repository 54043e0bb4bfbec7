import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { openLog } from "#src/log.js";

declare module "vitest" {
  export interface ProvidedContext {
    /** Answers any request with the URL of the migrated template database; the first request starts PostgreSQL. */
    readonly templateDatabase: string;
  }
}

/** One PostgreSQL for the whole run, started when the first suite requests it, so that runs without a database stay fast. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: ReturnType<typeof startTemplate> | undefined;
  const server = createServer((_request, response) => {
    starting ??= startTemplate();
    starting.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  project.provide("templateDatabase", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    await (await starting?.catch(() => undefined))?.stop();
  };
}

async function startTemplate(): Promise<{ url: string; stop: () => Promise<void> }> {
  // Imported here, so that runs without a database do not load it.
  const { startEmbeddedPostgres } = await import("#src/store/embedded/start.js");
  const { migrate } = await import("#src/store/schema/migrate.js");
  const dataDirectory = await mkdtemp(join(tmpdir(), "rankscope-tests-"));
  const start = () => startEmbeddedPostgres({ dataDirectory, purpose: "tests", log: openLog("warn") });
  const before = await start();
  await adaptToTests(before.administratorUrl);
  // A start applies the maximum number of connections.
  await before.stop();
  const server = await start();
  await migrate(server.administratorUrl);
  return {
    url: server.administratorUrl,
    async stop() {
      await server.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

/**
 * Makes this PostgreSQL skip writes that only protect against a crash of the machine, and accept the connections of all servers
 * that tests run side by side. The data are deleted after the run. Tests of the embedded PostgreSQL, which kill it, start clusters
 * of their own with the default settings.
 */
async function adaptToTests(url: string): Promise<void> {
  const sql = postgres(url, { max: 1 });
  await sql`alter system set max_connections = 400`;
  for (const setting of ["fsync", "synchronous_commit", "full_page_writes"]) {
    await sql`alter system set ${sql(setting)} = off`;
  }
  await sql.end();
}
