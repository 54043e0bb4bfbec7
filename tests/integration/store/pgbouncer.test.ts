import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type RunningServer } from "#src/http/server.js";
import { openWebConnections } from "#src/store/web-connections.js";
import { storedToken } from "../../support/access-tokens.js";
import { freshDatabase } from "../../support/database.js";
import { hasPgBouncer, startPgBouncer, type PgBouncer } from "../../support/pgbouncer.js";
import { realServices, type RealServices } from "../../support/real-services.js";
import { STILL } from "../../support/still-limits.js";

describe.skipIf(!(await hasPgBouncer()))("through PgBouncer in transaction mode (skipped without PgBouncer)", () => {
  const fresh = freshDatabase();
  let root: string;
  let bouncer: PgBouncer;
  let real: RealServices;
  let server: RunningServer;
  let reader: string;
  const limited: string[] = [];

  beforeAll(async () => {
    const { database } = fresh;
    root = await mkdtemp(path.join(tmpdir(), "rankscope-pgbouncer-"));
    await database.sql`
      insert into study (id, slug, name, folder)
      select gen_random_uuid(), 'study-' || i, 'Study ' || i, '' from generate_series(1, 14) i`;
    // Fewer connections than requests, so that each connection serves many principals.
    bouncer = await startPgBouncer(fresh.url, 2);
    real = await realServices({ ...database, poolerUrl: bouncer.url }, { url: fresh.url, importRoots: [root] });
    reader = (await storedToken(database, { role: "READER" })).text;
    for (let i = 1; i <= 14; i++)
      limited.push((await storedToken(database, { role: "WRITER", studies: [`study-${i}`] })).text);
    server = await startServer(real.services, { host: "127.0.0.1", port: 0, limits: STILL });
  });
  afterAll(async () => {
    await server.close();
    await real.close();
    await bouncer.close();
    await rm(root, { recursive: true });
  });

  async function execute(token: string | undefined, query: string): Promise<string> {
    const response = await fetch(new URL("/graphql", server.address), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    return (await response.text()).trim();
  }

  test("a reader of one of fourteen studies sees one, whoever used the connection before", async () => {
    const list = "{ studies { totalCount nodes { slug } } }";
    const answers = Array.from({ length: 60 }, async (_, i) => {
      const isLimited = i % 3 !== 0;
      const n = (i % 14) + 1;
      const text = await execute(isLimited ? limited[n - 1] : reader, list);
      const { data } = JSON.parse(text) as { data: { studies: { totalCount: number; nodes: { slug: string }[] } } };
      expect(data.studies.totalCount).toBe(isLimited ? 1 : 14);
      if (isLimited) expect(data.studies.nodes).toEqual([{ slug: `study-${n}` }]);
    });
    await Promise.all(answers);
  });

  test("a writer of one study tags it, and no other", async () => {
    const tag = (slug: string) =>
      execute(limited[2], `mutation { tagStudy(slug: "${slug}", tags: ["mine"]) { tags } }`);
    expect(await tag("study-3")).toBe('{"data":{"tagStudy":{"tags":["mine"]}}}');
    expect(await tag("study-4")).toContain("STUDY_NOT_FOUND");
  });

  test("statements that take too long are cancelled, as without a pooler", async () => {
    const connections = openWebConnections({ ...fresh.database, poolerUrl: bouncer.url }, { statementSeconds: 1 });
    for (const slugs of [undefined, ["study-1"]]) {
      const { queries } = connections.of(slugs);
      await expect(queries.sql`select pg_sleep(${60})`).rejects.toMatchObject({ code: "57014" });
    }
    await connections.close();
  });
});
