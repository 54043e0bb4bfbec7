import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createToken, listTokens, revokeToken } from "#src/store/access-tokens.js";
import { findCrossings, saveCalibration } from "#src/store/calibrations.js";
import { openDatabase } from "#src/store/database.js";
import type { StatementEnd } from "#src/store/sql/observed-sql.js";
import { newestStudy } from "#src/store/studies/studies.js";
import { openWebConnections } from "#src/store/web-connections.js";
import { databaseFailure } from "#src/store/database-failure.js";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
const ended: StatementEnd[] = [];
let opened: ReturnType<typeof openDatabase> | undefined;
const database = () =>
  (opened ??= openDatabase(fresh.url, {
    applicationName: "prisma test",
    observe: () => (end) => void ended.push(end),
  }));

afterAll(() => opened?.close());
beforeEach(() => {
  ended.length = 0;
});

const token = {
  id: "one",
  name: "a token",
  role: "READER" as const,
  studies: ["tiny"],
  importRoots: ["/studies/tiny"],
  secretHash: Uint8Array.of(0, 1, 255),
  expiresAt: new Date("2030-01-01T00:00:00.123Z"),
};

describe("entities that Prisma reads and writes", () => {
  test("a token is returned as it was stored, until it is revoked", async () => {
    await createToken(database(), token, SERVER_ACTOR);
    const [stored] = await listTokens(database());
    expect(stored).toMatchObject({ ...token, allStudies: false, revokedAt: null, lastUsedAt: null });
    expect(await revokeToken(database(), "one", SERVER_ACTOR)).toBe(true);
    expect(await revokeToken(database(), "one", SERVER_ACTOR)).toBe(false);
    expect(await revokeToken(database(), "unknown", SERVER_ACTOR)).toBe(false);
    expect((await listTokens(database()))[0]?.revokedAt).toBeInstanceOf(Date);
  });

  test("a calibration replaces the machine's last one", async () => {
    const calibration = { host: "here", provider: "webgpu", device: "a GPU", kernelVersion: 1 } as const;
    const points = [{ flops: 1e9, cpuSeconds: 0.1, providerSeconds: 0.2 }];
    await saveCalibration(database(), { ...calibration, crossing: 1e10, points });
    expect(await findCrossings(database(), "here", 1)).toEqual({ webgpu: 1e10 });
    await saveCalibration(database(), { ...calibration, crossing: null, points: [] });
    expect(await findCrossings(database(), "here", 1)).toEqual({ webgpu: Infinity });
    expect(await findCrossings(database(), "here", 2)).toEqual({});
  });

  test("an empty database has no newest study", async () => {
    expect(await newestStudy(database())).toBeNull();
  });
});

test("every statement of Prisma is observed once, without its values, those of transactions too", async () => {
  await database().prisma.study.count({ where: { slug: "secret" } });
  expect(ended).toMatchObject([{ text: expect.stringContaining('"slug" = $1') as string }]);
  ended.length = 0;
  await createToken(database(), { ...token, id: "observed" }, SERVER_ACTOR);
  ended.length = 0;
  await revokeToken(database(), "observed", SERVER_ACTOR);
  const texts = ended.map(({ text }) => text ?? "");
  expect(texts.filter((text) => text.startsWith("UPDATE"))).toHaveLength(1);
  expect(texts.filter((text) => text.includes("pg_notify"))).toHaveLength(1);
});

test("a statement that fails is observed with its error", async () => {
  await expect(database().prisma.$executeRaw`select 1 / 0`).rejects.toThrow();
  expect(ended).toMatchObject([{ text: "select 1 / 0", error: expect.anything() as unknown }]);
});

test("Prisma connects again after PostgreSQL ended its connections, and reports the loss as DATABASE_UNREACHABLE", async () => {
  const { prisma } = database();
  await prisma.study.count();
  const running = prisma.$executeRaw`select pg_sleep(60)`.then(
    () => undefined,
    (error: unknown) => error,
  );
  const { sql } = fresh.database;
  for (;;) {
    const ended = await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'prisma test' and state = 'active' and query like 'select pg_sleep%'`;
    if (ended.count > 0) break;
  }
  expect(databaseFailure(await running)?.code).toBe("DATABASE_UNREACHABLE");
  expect(await prisma.study.count()).toBe(0);
});

test("Prisma has at most two connections, however many queries run at once", async () => {
  const { prisma } = database();
  await Promise.all(Array.from({ length: 12 }, () => prisma.study.count()));
  const [row] = await fresh.database.sql<{ n: number }[]>`
    select count(*) as n from pg_stat_activity where application_name = 'prisma test' and datname = current_database()`;
  expect(row?.n).toBeLessThanOrEqual(2);
});

test("connections of requests have no Prisma client, which would bypass the restriction to some studies", async () => {
  const connections = openWebConnections(database(), { statementSeconds: 10 });
  for (const slugs of [undefined, ["tiny"]]) {
    const { queries, downloads } = connections.of(slugs);
    expect([Object.keys(queries), Object.keys(downloads)]).toEqual([["sql"], ["sql"]]);
  }
  await connections.close();
});
